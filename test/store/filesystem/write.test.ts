import { readdirSync, readFileSync, statSync } from "node:fs";
import { link, mkdir, readdir, symlink } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { StoreError } from "../../../src/store/errors.ts";
import { bodyOf, failingBody } from "../../conformance/bodies.ts";
import {
	bytes,
	expectCode,
	keysOf,
	read,
	sha256Of,
} from "../../conformance/objects.ts";
import { TemporaryRoot } from "./temporary-root.ts";

const temporary = (root: TemporaryRoot) =>
	readdirSync(root.path, { recursive: true, encoding: "utf8" }).filter((name) =>
		name.endsWith(".tmp"),
	);

describe("a put", () => {
	test("leaves no temporary file, whatever happens to it", async () => {
		using root = new TemporaryRoot();
		const { store } = root;
		const content = Buffer.alloc(100_000, "x");
		const controller = new AbortController();
		const { signal } = controller;
		const attempts = [
			store.put("a/1", failingBody(content, new Error("the source failed"))),
			store.put("a/2", bodyOf([content], 5)),
			store.put("a/3", bodyOf([content], 200_000)),
			store.put("a/4", content, { digest: sha256Of(bytes("other")) }),
			store.put(
				"a/5",
				bodyOf([content, content], 200_000, {
					afterFirst: () => controller.abort(),
				}),
				{ signal },
			),
			store.put("a/6", content),
			store.put("a/6", content, { only: "absent" }),
		];
		const outcomes = await Promise.allSettled(attempts);
		expect(
			outcomes.filter(({ status }) => status === "fulfilled").length,
		).toBeGreaterThanOrEqual(1);
		expect(temporary(root)).toEqual([]);
		expect(await keysOf(store, { prefix: "" })).toEqual(["a/6"]);
	});

	test("that fails leaves no directory that it made, and all others", async () => {
		using root = new TemporaryRoot();
		await mkdir(root.at("a/empty"), { recursive: true });
		const wrong = { digest: sha256Of(bytes("other")) };
		for (const key of ["a/b/c/1", "a/empty/1", "d/1", "2"])
			await expectCode(root.store.put(key, bytes("x"), wrong), "corrupt");
		expect(readdirSync(root.path, { recursive: true }).toSorted()).toEqual([
			"a",
			"a/empty",
		]);
	});

	test("shows nothing under the object's name before all is proven (I4)", async () => {
		using root = new TemporaryRoot();
		const seen: (readonly string[])[] = [];
		const body = bodyOf([bytes("first"), bytes("second")], 11, {
			afterFirst: () => seen.push(readdirSync(root.at("a"))),
			atEnd: () => seen.push(readdirSync(root.at("a"))),
		});
		await root.store.put("a/1", body);
		for (const names of seen)
			expect(names).toEqual([expect.stringMatching(/\.tmp$/)]);
		expect(await readdir(root.at("a"))).toEqual(["1"]);
	});

	test("takes a name as long as names can be", async () => {
		using root = new TemporaryRoot();
		const key = `${"d".repeat(255)}/${"k".repeat(255)}`;
		await root.store.put(key, bytes("x"));
		await root.store.put(key, bytes("y"));
		expect(await read(root.store, key)).toEqual(bytes("y"));
		await expectCode(
			root.store.put("k".repeat(256), bytes("x")),
			"unsupported",
		);
	});

	test.each([undefined, "absent"] as const)(
		"(only: %s) of a key that is a directory, or below an object, is refused and harms neither",
		async (only) => {
			using root = new TemporaryRoot();
			await root.fill("a/b/1", "c");
			const { store } = root;
			for (const key of ["a", "a/b", "c/1", "c/d/1"])
				await expectCode(store.put(key, bytes("x"), { only }), "unsupported");
			expect(await keysOf(store, { prefix: "" })).toEqual(["a/b/1", "c"]);
			expect(readFileSync(root.at("c"), "utf8")).toBe("c");
			expect(temporary(root)).toEqual([]);
		},
	);

	test("replaces a file, and not what else leads to its content", async () => {
		using root = new TemporaryRoot();
		await root.fill("a", "target");
		await link(root.at("a"), root.at("hard"));
		await symlink("target", root.at("soft"));
		await root.store.put("a", bytes("new"));
		await root.store.put("soft", bytes("new"));
		expect(readFileSync(root.at("hard"), "utf8")).toBe("a");
		expect(readFileSync(root.at("target"), "utf8")).toBe("target");
	});

	test("writes through a directory that is a symbolic link", async () => {
		using root = new TemporaryRoot();
		await mkdir(root.at("real"));
		await symlink("real", root.at("link"));
		await root.store.put("link/a", bytes("x"));
		expect(readFileSync(root.at("real/a"), "utf8")).toBe("x");
		expect(await root.store.delete(["link/a"])).toEqual(new Map());
		expect(statSync(root.at("real")).isDirectory()).toBe(true);
	});

	test("of the same key many times at once leaves one of them whole", async () => {
		using root = new TemporaryRoot();
		const contents = Array.from({ length: 20 }, (_, index) =>
			Buffer.alloc(50_000, String.fromCharCode(97 + index)),
		);
		const metas = await Promise.all(
			contents.map((content) => root.store.put("a", bodyOf([content]))),
		);
		const left = readFileSync(root.at("a"));
		expect(contents.some((content) => content.equals(left))).toBe(true);
		const version = (await root.store.head("a"))?.version;
		expect(metas.filter((meta) => meta.version === version)).toHaveLength(1);
		expect(temporary(root)).toEqual([]);
	});

	test("is not hindered by deletes that empty its directory at the same time", async () => {
		using root = new TemporaryRoot();
		const { store } = root;
		for (let round = 0; round < 100; round++) {
			await store.put("d/e/old", bytes("old"));
			const putting = store.put(`d/e/${round}`, bytes("new"));
			await store.delete(["d/e/old"]);
			await putting;
			await store.delete([`d/e/${round}`]);
		}
		expect(readdirSync(root.path)).toEqual([]);
	});
});

describe("a delete", () => {
	test("removes directories that it emptied, up to the root, and no others", async () => {
		using root = new TemporaryRoot();
		await root.fill("a/b/c/1", "a/x", "d/e/1");
		await mkdir(root.at("a/empty"));
		expect(await root.store.delete(["a/b/c/1", "d/e/1"])).toEqual(new Map());
		expect(readdirSync(root.path, { recursive: true }).toSorted()).toEqual([
			"a",
			"a/empty",
			"a/x",
		]);
		await root.store.delete(["a/x"]);
		expect(readdirSync(root.path)).toEqual(["a"]);
	});

	test("of a symbolic link leaves what it leads to", async () => {
		using root = new TemporaryRoot();
		await root.fill("real/1", "file");
		await symlink("file", root.at("soft"));
		await symlink("nowhere", root.at("dangling"));
		expect(await root.store.delete(["soft", "dangling"])).toEqual(new Map());
		expect(await keysOf(root.store, { prefix: "" })).toEqual([
			"file",
			"real/1",
		]);
	});

	test("goes on after a key that cannot be deleted, and says which", async () => {
		using root = new TemporaryRoot();
		await root.fill("a", "b");
		const failures: ReadonlyMap<string, StoreError> = await root.store.delete([
			"a",
			"../x",
			"b",
		]);
		expect([...failures].map(([key, { code }]) => [key, code])).toEqual([
			["../x", "unsupported"],
		]);
		expect(readdirSync(root.path)).toEqual([]);
	});
});
