import { hash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Etags } from "../../../src/store/s3/etags.ts";
import { bytes, objectsOf } from "../../conformance/objects.ts";
import { give, refuse, scriptedS3 } from "./scripted-s3.ts";

const CONTENT = bytes("content");
const MD5 = hash("md5", CONTENT, "hex");
const OTHER = hash("md5", "something else", "hex");

describe("an ETag", () => {
	test.each([
		["d41d8cd98f00b204e9800998ecf8427e", true],
		["D41D8CD98F00B204E9800998ECF8427E", false],
		["d41d8cd98f00b204e9800998ecf8427e-2", false],
		["e", false],
		["", false],
	])(
		"%j is taken for an MD5 before anything is known: %s (I9)",
		(etag, isOne) => {
			expect(new Etags().md5Of(etag)).toBe(isOne ? etag : undefined);
		},
	);

	test.each([
		[{ "x-amz-server-side-encryption": "AES256" }, MD5],
		[{ "x-amz-server-side-encryption": "aws:kms" }, undefined],
		[{ "x-amz-server-side-encryption": "aws:kms:dsse" }, undefined],
		[
			{ "x-amz-server-side-encryption-customer-algorithm": "AES256" },
			undefined,
		],
	])("of an object with %j is the MD5 %j (I9)", (headers, md5) => {
		expect(new Etags().md5Of(MD5, headers)).toBe(md5);
	});

	test("is no MD5 any more once one was seen to be none, and stays one otherwise", () => {
		const others = new Etags();
		others.learn("e", CONTENT);
		expect(others.md5Of(MD5)).toBe(MD5);
		others.learn(OTHER, CONTENT);
		expect(others.md5Of(MD5)).toBeUndefined();
		const md5s = new Etags();
		md5s.learn(MD5, CONTENT);
		md5s.learn(OTHER, CONTENT);
		expect(md5s.md5Of(MD5)).toBe(MD5);
	});
});

function page(objects: readonly (readonly [string, number, string])[]): string {
	const contents = objects.map(
		([key, size, etag]) =>
			`<Contents><Key>pre/${key}</Key><Size>${size}</Size><ETag>"${etag}"</ETag></Contents>`,
	);
	return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join("")}</ListBucketResult>`;
}

describe("a listing of an opened bucket", () => {
	const LARGE = 10 * 1024 * 1024;
	const OBJECTS = page([
		["empty", 0, hash("md5", "", "hex")],
		["large", LARGE, OTHER],
		["parts", 70, `${OTHER}-2`],
		["small", CONTENT.length, OTHER],
		["small2", CONTENT.length, MD5],
	]);

	/** The MD5s that listings of a bucket say, and the objects that were read for it. */
	async function listed(etag: string | undefined) {
		await using scripted = await scriptedS3(({ query }, response) => {
			if (query.has("list-type")) response.end(OBJECTS);
			else if (etag === undefined) refuse(response, 403, "AccessDenied");
			else give(response, CONTENT, { etag: `"${etag}"` });
		});
		const { store, server } = scripted;
		const first = await objectsOf(store, { prefix: "" });
		const second = await objectsOf(store, { prefix: "" });
		const read = server.requests.filter(({ query }) => !query.has("list-type"));
		return {
			first: first.map(({ md5 }) => md5),
			second: second.map(({ md5 }) => md5),
			read: read.map(({ method, url }) => `${method} ${url}`),
		};
	}

	const AS_LISTED = [hash("md5", "", "hex"), OTHER, undefined, OTHER, MD5];

	test("reads one small object, and says the ETags where they are MD5s (I3, I9)", async () => {
		expect(await listed(MD5)).toEqual({
			first: AS_LISTED,
			second: AS_LISTED,
			read: ["GET /reg/pre/small"],
		});
	});

	test("says none where that object's is none, from the first page on (I9)", async () => {
		const none = Array(5).fill(undefined);
		expect(await listed(OTHER)).toEqual({
			first: none,
			second: none,
			read: ["GET /reg/pre/small"],
		});
	});

	test("leaves it open when the object cannot be read, after a few times", async () => {
		expect(await listed(undefined)).toEqual({
			first: AS_LISTED,
			second: AS_LISTED,
			read: Array(2).fill("GET /reg/pre/small"),
		});
	});
});
