import { describe, expect, test } from "vitest";
import { MemoryStore } from "../../src/store/memory.ts";
import { record } from "../../src/store/record.ts";
import { bodyOf } from "../conformance/bodies.ts";
import { bytes, keysOf, read } from "../conformance/objects.ts";
import { traced, writesOf } from "../support/trace.ts";

/** It cannot keep the store contract, since what is put is not there; it promises this much instead. */
describe("a store that is read but not changed", () => {
	async function recorded() {
		const memory = new MemoryStore();
		await memory.put("a", bytes("old"));
		const { store, calls } = traced(memory);
		return { store: record(store), calls };
	}

	test("says that puts and deletes succeeded, and does none (I3)", async () => {
		const { store, calls } = await recorded();
		const before = Date.now();
		const meta = await store.put("a", bytes("new!"));
		expect(meta).toMatchObject({ key: "a", size: 4, version: "" });
		expect(meta.lastModified).toBeGreaterThanOrEqual(before);
		expect(await store.put("b", bodyOf([bytes("x")], 1))).toMatchObject({
			key: "b",
			size: 1,
		});
		expect(await store.delete(["a", "absent"])).toEqual(new Map());
		expect(writesOf(calls)).toEqual([]);
	});

	test("shows what is there, before and after", async () => {
		const { store } = await recorded();
		await store.put("b", bytes("new"));
		await store.delete(["a"]);
		expect(await keysOf(store, { prefix: "" })).toEqual(["a"]);
		expect(await read(store, "a")).toEqual(bytes("old"));
		expect(await store.head("a")).toMatchObject({ size: 3 });
		expect(await store.head("b")).toBeUndefined();
	});

	test("can be cancelled in the middle of many puts", async () => {
		const { store } = await recorded();
		const controller = new AbortController();
		const { signal } = controller;
		const reason = new Error("cancelled");
		setTimeout(() => controller.abort(reason));
		const putting = (async () => {
			for (let put = 0; put < 1_000_000; put++)
				await store.put("b", bytes("x"), { signal });
		})();
		await expect(putting).rejects.toBe(reason);
	});

	test("reads no body", async () => {
		const { store } = await recorded();
		const body = bodyOf([bytes("x")], 1, {
			atEnd: () => {
				throw new Error("the body was read");
			},
		});
		await store.put("b", body);
	});

	test("is the store that it wraps, to whoever asks", async () => {
		const memory = new MemoryStore("name");
		const store = record(memory);
		expect(store).toMatchObject({
			url: "memory://name",
			identity: "memory://name/",
			can: memory.can,
		});
		expect(store.address("a/b")).toBe(memory.address("a/b"));
	});

	test("does nothing when cancelled, like any store", async () => {
		const { store } = await recorded();
		const reason = new Error("cancelled");
		const signal = AbortSignal.abort(reason);
		await expect(store.put("b", bytes("x"), { signal })).rejects.toBe(reason);
		await expect(store.delete(["a"], { signal })).rejects.toBe(reason);
	});
});
