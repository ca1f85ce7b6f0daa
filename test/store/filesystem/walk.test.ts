import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { symlink } from "node:fs/promises";
import { createServer } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareKeys } from "../../../src/store/key.ts";
import { TemporaryRoot } from "./temporary-root.ts";

/** Of the GNU core utilities: Node cannot make a pipe that has a name. */
const MAKE_PIPE = "mkfifo";

const NOTHING = { prefixes: [], unreadable: [] };

describe("the walk", () => {
	test("has directories in the order of their keys, not of their names", async () => {
		using root = new TemporaryRoot();
		await root.fill("app/1", "app-web/1", "app.old/1", "app0", "app!/1", "a");
		expect(await root.list()).toEqual({
			...NOTHING,
			keys: ["a", "app!/1", "app-web/1", "app.old/1", "app/1", "app0"],
		});
	});

	test("lists any tree as its sorted keys, and changes nothing in it (I3)", async () => {
		const component = fc.constantFrom(
			"a",
			"b",
			"a-",
			"a.",
			"ab",
			"B",
			"é",
			"ﬀ",
			"😀",
			"\uFFFD",
		);
		const tree = fc.uniqueArray(
			fc
				.array(component, { minLength: 1, maxLength: 4 })
				.map((one) => one.join("/")),
			{ maxLength: 12 },
		);
		const prefix = fc.constantFrom("", "a", "a/", "a/b", "ﬀ/", "none/");
		await fc.assert(
			fc.asyncProperty(
				tree,
				prefix,
				fc.option(component, { nil: undefined }),
				async (drawn, listed, startAfter) => {
					// A name cannot be a file and a directory.
					const keys = drawn.filter(
						(key) => !drawn.some((other) => other.startsWith(`${key}/`)),
					);
					using root = new TemporaryRoot();
					await root.fill(...keys);
					const state = () =>
						keys.map((key) => [
							readFileSync(root.at(key), "utf8"),
							statSync(root.at(key), { bigint: true }).ctimeNs,
						]);
					const before = state();
					expect(await root.list({ prefix: listed, startAfter })).toEqual({
						...NOTHING,
						keys: keys
							.filter(
								(key) =>
									key.startsWith(listed) &&
									(startAfter === undefined ||
										compareKeys(key, startAfter) > 0),
							)
							.sort(compareKeys),
					});
					expect(state()).toEqual(before);
				},
			),
			{ numRuns: 60 },
		);
	});

	test("does not see empty directories", async () => {
		using root = new TemporaryRoot();
		await root.fill("a/1");
		mkdirSync(root.at("b/c/d"), { recursive: true });
		expect(await root.list()).toEqual({ ...NOTHING, keys: ["a/1"] });
		expect(await root.list({ prefix: "b/" })).toEqual({ ...NOTHING, keys: [] });
	});

	test("of a root that holds nothing is empty", async () => {
		using root = new TemporaryRoot();
		expect(await root.list()).toEqual({ ...NOTHING, keys: [] });
	});
});

describe("symbolic links", () => {
	test("are followed, to files and to directories, wherever they lead", async () => {
		using root = new TemporaryRoot();
		using elsewhere = new TemporaryRoot();
		await elsewhere.fill("inside/1", "file");
		await root.fill("a/1");
		await symlink(elsewhere.at("inside"), root.at("b"));
		await symlink(elsewhere.at("file"), root.at("c"));
		await symlink("a", root.at("d"));
		expect(await root.list()).toEqual({
			...NOTHING,
			keys: ["a/1", "b/1", "c", "d/1"],
		});
		expect(await root.list({ prefix: "b/" })).toEqual({
			...NOTHING,
			keys: ["b/1"],
		});
	});

	test("that lead back to where they lie are reported, and the rest is listed (I2)", async () => {
		using root = new TemporaryRoot();
		await root.fill("a/b/1", "a/z", "z");
		await symlink("../..", root.at("a/b/up"));
		await symlink("b", root.at("a/sideways"));
		expect(await root.list()).toEqual({
			prefixes: [],
			keys: ["a/b/1", "a/sideways/1", "a/z", "z"],
			unreadable: [
				["a/b/up/", "unsupported"],
				["a/sideways/up/", "unsupported"],
			],
		});
	});

	test.each([
		["leads nowhere", "nowhere", "not-found"],
		["leads to itself", "link", "unsupported"],
	])("one that %s is reported (I2)", async (_what, target, code) => {
		using root = new TemporaryRoot();
		await root.fill("a", "z");
		await symlink(target, root.at("link"));
		expect(await root.list()).toEqual({
			prefixes: [],
			keys: ["a", "z"],
			unreadable: [["link", code]],
		});
	});
});

describe("what is neither a file nor a directory", () => {
	test("is reported, and not waited for (I2)", async () => {
		using root = new TemporaryRoot();
		await root.fill("a", "z");
		execFileSync(MAKE_PIPE, [root.at("pipe")]);
		const server = createServer();
		await new Promise<void>((resolve) =>
			server.listen(root.at("socket"), () => resolve()),
		);
		expect(await root.list()).toEqual({
			prefixes: [],
			keys: ["a", "z"],
			unreadable: [
				["pipe", "unsupported"],
				["socket", "unsupported"],
			],
		});
		for (const key of ["pipe", "socket"]) {
			expect(await root.store.head(key)).toBeUndefined();
			await expect(root.store.get(key)).rejects.toMatchObject({
				code: "not-found",
			});
		}
		server.close();
	});
});

describe("a name that is not UTF-8", () => {
	const raw = (root: TemporaryRoot, ...bytes: number[]) =>
		Buffer.concat([Buffer.from(`${root.path}/`), Buffer.from(bytes)]);

	test("is reported where it may be asked for, and nowhere else (I2)", async () => {
		using root = new TemporaryRoot();
		await root.fill("a/1", "z");
		writeFileSync(raw(root, 0x62, 0xff), "");
		const report = [["b\uFFFD", "unsupported"]];
		expect(await root.list()).toEqual({
			prefixes: [],
			keys: ["a/1", "z"],
			unreadable: report,
		});
		expect((await root.list({ prefix: "b" })).unreadable).toEqual(report);
		expect((await root.list({ startAfter: "a/1" })).unreadable).toEqual(report);
		expect((await root.list({ startAfter: "b" })).unreadable).toEqual(report);
		expect((await root.list({ prefix: "z" })).unreadable).toEqual([]);
		expect((await root.list({ prefix: "a/" })).unreadable).toEqual([]);
		expect((await root.list({ startAfter: "c" })).unreadable).toEqual([]);
	});

	test("is told from one that looks like it (I2)", async () => {
		using root = new TemporaryRoot();
		await root.fill("x\uFFFD");
		writeFileSync(raw(root, 0x78, 0xff), "");
		writeFileSync(raw(root, 0x78, 0xfe), "");
		expect(await root.list()).toEqual({
			prefixes: [],
			keys: ["x\uFFFD"],
			unreadable: [
				["x\uFFFD", "unsupported"],
				["x\uFFFD", "unsupported"],
			],
		});
	});
});

describe("a hint of the only names", () => {
	const only = (prefix: string) =>
		/^d\d\/$/.test(prefix) ? ["data"] : undefined;

	test("spares reading a directory that holds what it names", async () => {
		using root = new TemporaryRoot();
		await root.fill("d1/data", "d1/other", "d2/other");
		mkdirSync(root.at("d3/data"), { recursive: true });
		await root.fill("d3/data/below");
		await symlink("../d1/data", root.at("d2/data"));
		expect(await root.list({ only })).toEqual({
			...NOTHING,
			// d3 holds a directory of that name, so it is read.
			keys: ["d1/data", "d2/data", "d3/data/below"],
		});
	});

	test("can name something deeper, and several things, prefixes among them", async () => {
		using root = new TemporaryRoot();
		await root.fill("t/1/current/link", "t/2/index/x", "t/2/other");
		await root.fill("t/3/link", "t/3/other", "t/3/signatures/a/b");
		const names: Readonly<Record<string, readonly string[]>> = {
			"t/1/": ["current/link"],
			"t/2/": ["index/"],
			"t/3/": ["link", "signatures/"],
		};
		expect(await root.list({ only: (prefix) => names[prefix] })).toEqual({
			...NOTHING,
			keys: [
				"t/1/current/link",
				"t/2/index/x",
				"t/3/link",
				"t/3/signatures/a/b",
			],
		});
	});

	test("does not hide that a directory is a symbolic link to one that it lies in", async () => {
		using root = new TemporaryRoot();
		await root.fill("t/1/x");
		await symlink("../../t", root.at("t/1/index"));
		const { keys, unreadable } = await root.list({
			only: (prefix) => (prefix === "t/1/" ? ["index/"] : undefined),
		});
		expect(keys).toEqual(["t/1/x"]);
		expect(unreadable).toEqual([["t/1/index/", "unsupported"]]);
	});
});
