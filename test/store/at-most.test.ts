import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { atMost } from "../../src/store/at-most.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { bytes, putAll, read } from "../conformance/objects.ts";
import { failure } from "../support/faults.ts";

test("has no more calls under way than it is allowed, whatever they are", async () => {
	const memory = new MemoryStore();
	await putAll(memory, ["a", "b"]);
	let inside = 0;
	let most = 0;
	const count = async () => {
		most = Math.max(most, ++inside);
		await setImmediate();
		inside--;
	};
	const store = atMost(
		3,
		faulty(memory, {
			head: count,
			get: count,
			put: count,
			delete: count,
			list: count,
		}),
	);
	const calls = Array.from({ length: 10 }, () => [
		store.head("a"),
		read(store, "b"),
		store.put("c", bytes("c")),
		store.delete(["d"]),
		Array.fromAsync(store.list({ prefix: "" })),
	]);
	await Promise.all(calls.flat());
	expect(most).toBe(3);
});

test("lets the next one in when a reader is disposed of, and when a call fails", async () => {
	const memory = new MemoryStore();
	await putAll(memory, ["a"]);
	const failing = faulty(memory, {
		get: (key) => {
			if (key === "b") throw failure("unavailable", key);
		},
	});
	const store = atMost(1, failing);
	const first = await store.get("a");
	let isOpen = false;
	const second = store.get("a").then((reader) => {
		isOpen = true;
		return reader;
	});
	await setImmediate();
	expect(isOpen).toBe(false);
	await first[Symbol.asyncDispose]();
	await first[Symbol.asyncDispose]();
	await (await second)[Symbol.asyncDispose]();
	await expect(store.get("b")).rejects.toMatchObject({ code: "unavailable" });
	expect(await store.head("a")).toMatchObject({ key: "a" });
});
