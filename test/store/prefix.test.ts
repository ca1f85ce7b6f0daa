import { describe, expect, test } from "vitest";
import { StoreError } from "../../src/store/errors.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { prefix } from "../../src/store/prefix.ts";
import { retry } from "../../src/store/retry.ts";
import { bodyOf } from "../conformance/bodies.ts";
import {
	bytes,
	keysOf,
	objectsOf,
	pagesOf,
	read,
} from "../conformance/objects.ts";
import { failure, unreadable } from "../support/faults.ts";

describe("a store inside a store", () => {
	test("is that place to whoever asks, as if it had been opened there", () => {
		const inside = prefix(new MemoryStore("name"), "a/b/");
		expect(inside).toMatchObject({
			url: "memory://name/a/b",
			identity: "memory://name/a/b/",
		});
		expect(inside.address("c/d")).toBe("memory://name/a/b/c/d");
	});

	test("reads and writes below its prefix, and nowhere else", async () => {
		const memory = new MemoryStore();
		await memory.put("a/x", bytes("above"));
		await memory.put("a/b-/x", bytes("beside"));
		const inside = prefix(memory, "a/b/");
		expect(await inside.put("x", bytes("x"))).toMatchObject({ key: "x" });
		expect(await read(memory, "a/b/x")).toEqual(bytes("x"));
		expect(await inside.head("x")).toMatchObject({ key: "x", size: 1 });
		await using reader = await inside.get("x");
		expect(reader.meta).toMatchObject({ key: "x", size: 1 });
		const [listed] = await objectsOf(inside, { prefix: "" });
		expect(listed).toMatchObject({ key: "x", version: reader.meta.version });
		expect(await inside.delete(["x", "../x"])).toEqual(new Map());
		expect(await keysOf(memory, { prefix: "" })).toEqual(["a/b-/x", "a/x"]);
	});

	test("asks what to cut off, and where leaves are, by its own names", async () => {
		const memory = new MemoryStore();
		for (const key of ["a/1/x", "a/2/x", "a/3"])
			await memory.put(key, bytes("x"));
		const asked: string[] = [];
		const pages = await pagesOf(prefix(memory, "a/"), {
			prefix: "",
			prune: (one) => {
				asked.push(one);
				return one === "2/";
			},
			only: (one) => {
				asked.push(one);
				return undefined;
			},
		});
		expect(pages).toMatchObject([
			{ objects: [{ key: "1/x" }, { key: "3" }], prefixes: ["2/"] },
		]);
		expect(new Set(asked)).toEqual(new Set(["1/", "2/"]));
	});

	test("names what is unknown by its own names, all of it where that begins above (I2)", async () => {
		const memory = new MemoryStore();
		await memory.put("a/b/closed/x", bytes("x"));
		const inside = prefix(unreadable(memory, "a/b/closed/"), "a/b/");
		const [page] = await pagesOf(inside, { prefix: "" });
		expect(page?.unreadable).toMatchObject([
			{
				prefix: "closed/",
				error: { store: `${memory.url}/a/b`, key: "closed/" },
			},
		]);
		const above = prefix(
			faulty(memory, {
				list: () => {
					throw failure("permission-denied", "a/", memory.url);
				},
			}),
			"a/b/",
		);
		await expect(pagesOf(above, { prefix: "" })).rejects.toMatchObject({
			code: "permission-denied",
			key: "",
		});
	});

	test("says what went wrong in its own names, and keeps what caused it", async () => {
		const memory = new MemoryStore("name");
		const inside = prefix(memory, "a/");
		await expect(inside.get("b")).rejects.toMatchObject({
			code: "not-found",
			store: "memory://name/a",
			key: "b",
			message: 'Cannot get "b" in memory://name/a: there is no such object',
			cause: { key: "a/b" },
		});
		await inside.put("b", bytes("content"));
		await using reader = await inside.get("b");
		await expect(reader.bytes(1)).rejects.toMatchObject({ key: "b" });
	});

	test("passes on what a body throws", async () => {
		const inside = prefix(new MemoryStore(), "a/");
		const error = failure("not-found", "a/b", "memory://source");
		const body = bodyOf([bytes("x")], 1, {
			atEnd: () => {
				throw error;
			},
		});
		await expect(inside.put("b", body)).rejects.toBe(error);
	});

	test("lets whoever is further out know that it was tried again in vain", async () => {
		let heads = 0;
		const failing = faulty(new MemoryStore(), {
			head: (key) => {
				heads++;
				throw failure("unavailable", key, memory.url);
			},
		});
		const memory = retry(failing, { baseMs: 0, retries: 2 });
		const outer = retry(prefix(memory, "a/"), { baseMs: 0 });
		await expect(outer.head("b")).rejects.toBeInstanceOf(StoreError);
		expect(heads).toBe(3);
	});

	test.each([
		"",
		"a",
		"/",
		"/a/",
		"a//",
		"../",
		"a/../",
		"a b/",
		"a%20b/",
		"é/",
	])("cannot be made of %j", (inside) => {
		expect(() => prefix(new MemoryStore(), inside)).toThrow(StoreError);
	});
});
