import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { StoreError } from "../../src/store/errors.ts";
import { openStore, parseStoreUrl } from "../../src/store/open.ts";
import { bytes, expectCode, read } from "../conformance/objects.ts";

function refusalOf(text: string): StoreError {
	try {
		parseStoreUrl(text);
	} catch (error) {
		if (error instanceof StoreError) return error;
		throw error;
	}
	throw new Error(`${text} was not refused`);
}

describe("the name of a store", () => {
	test.each([
		["/var/registry", "file:///var/registry"],
		["/var/registry/", "file:///var/registry"],
		["/a b/ü#?%20", "file:///a%20b/%C3%BC%23%3F%2520"],
		["registry", pathToFileURL(resolve("registry")).href],
		["./registry", pathToFileURL(resolve("registry")).href],
		["../registry", pathToFileURL(resolve("../registry")).href],
		[".", pathToFileURL(resolve(".")).href],
		["s3:bucket", pathToFileURL(resolve("s3:bucket")).href],
		["file:///var/registry", "file:///var/registry"],
		["FILE:///var/registry", "file:///var/registry"],
		["s3://bucket/pre/fix?region=x", "s3://bucket/pre/fix?region=x"],
		["S3://bucket", "s3://bucket"],
	])("%j is the URL %s", (text, href) => {
		expect(parseStoreUrl(text).href).toBe(href);
	});

	test.each([
		["", /empty/],
		["ftp://host/path", /scheme "ftp" is not known/],
		["http://127.0.0.1:9000/bucket", /scheme "http" is not known/],
		["nfs+x://host/path", /scheme "nfs\+x" is not known/],
		["s3://bucket:x/prefix", /not a URL/],
		["s3://buc ket/prefix", /not a URL/],
		["file://host:99999/path", /not a URL/],
	])("%j is refused, with the forms that there are", (text, reason) => {
		const error = refusalOf(text);
		expect(error.code).toBe("unsupported");
		expect(error.reason).toMatch(reason);
		expect(error.suggestions.join()).toContain("s3://BUCKET");
	});

	test.each([
		"s3://AKIA:hunter2@bucket:x",
		// A secret key of AWS may hold "/" and "+", and then ends the host.
		"s3://AKIA:hun/hunter2@bucket/prefix",
		"s3://AKIA:hun/hunter2+x@y@bucket/prefix",
		"s3://AKIA:x?hunter2@bucket",
		"s3://AKIA:x#hunter2@bucket",
		"ftp://user:hunter2@host/path",
		"ftp://host/path?token=hunter2",
		"ftp://host/path#hunter2",
		"file://user:hunter2@host:x/path",
	])("%j is refused without showing the secret (I7)", (text) => {
		const error = refusalOf(text);
		const shown = [error.message, ...error.suggestions, JSON.stringify(error)];
		expect(shown.join()).not.toContain("hunter2");
		expect(error.code).toBe("unsupported");
	});
});

describe("a directory", () => {
	let root: string;
	beforeAll(async () => {
		root = await mkdtemp(join(tmpdir(), "regmigrate-open-"));
		await mkdir(join(root, "a b#?%20ü"));
		await writeFile(join(root, "file"), "");
	});
	afterAll(() => rm(root, { recursive: true }));

	const open = (text: string) => openStore(parseStoreUrl(text));

	test("is opened by whatever name it has", async () => {
		const directory = join(root, "a b#?%20ü");
		const names = [
			directory,
			`${directory}//`,
			relative(".", directory),
			pathToFileURL(directory).href,
			`${pathToFileURL(directory).href}/`,
			pathToFileURL(directory).href.replace("file://", "file://localhost"),
		];
		for (const [index, name] of names.entries()) {
			await using store = await open(name);
			await store.put("a", bytes(String(index)));
			expect(await read(store, "a")).toEqual(bytes(String(index)));
			expect(store.identity).toBe(`${pathToFileURL(directory).href}/`);
			expect(store.address("a/b")).toBe(join(directory, "a/b"));
		}
	});

	test("that does not exist is not made", async () => {
		await expectCode(open(join(root, "absent")), "not-found");
		await expectCode(open(join(root, "file/below")), "not-found");
	});

	test.each([
		["a file", "/file", /a file, not a directory/],
		["with options", "?region=x", /no options/],
		["with a fragment", "#x", /no options/],
		["with an encoded slash", "/a%2Fb", /percent-encoded/],
		["with a lone percent sign", "/100%", /percent-encoded/],
	])("%s is refused", async (_what, rest, reason) => {
		const opened = open(pathToFileURL(root).href + rest);
		await expectCode(opened, "unsupported");
		await expect(opened).rejects.toMatchObject({
			reason: expect.stringMatching(reason),
		});
	});

	test("on another host is refused", async () => {
		await expect(open("file://server/share")).rejects.toMatchObject({
			code: "unsupported",
			reason: "a file: URL names no host",
		});
	});

	test("with options does not show them (I7)", async () => {
		await expect(open("file:///x?token=hunter2")).rejects.toThrow(
			/^(?!.*hunter2)/,
		);
	});
});
