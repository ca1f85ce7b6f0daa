import { expect, test } from "vitest";
import { MemoryStore } from "../../src/store/memory.ts";
import { readOnly } from "../../src/store/read-only.ts";
import { bytes, keysOf, read } from "../conformance/objects.ts";
import { traced, writesOf } from "../support/trace.ts";

test("a store opened to be read only refuses puts and deletes, and says why (I3)", async () => {
	const memory = new MemoryStore();
	await memory.put("a", bytes("old"));
	const { store, calls } = traced(memory);
	const closed = readOnly(store);
	const refusal = {
		code: "unsupported",
		store: memory.url,
		retryable: false,
		message: expect.stringContaining("(I3)"),
	};
	await expect(closed.put("a", bytes("new"))).rejects.toMatchObject({
		...refusal,
		operation: "put",
		key: "a",
	});
	await expect(
		closed.put("b", bytes("new"), { only: "absent" }),
	).rejects.toMatchObject(refusal);
	await expect(closed.delete(["a", "b"])).rejects.toMatchObject({
		...refusal,
		operation: "delete",
		key: "a",
	});
	await expect(closed.delete([])).rejects.toMatchObject(refusal);
	expect(writesOf(calls)).toEqual([]);
	expect(await read(closed, "a")).toEqual(bytes("old"));
	expect(await keysOf(closed, { prefix: "" })).toEqual(["a"]);
});
