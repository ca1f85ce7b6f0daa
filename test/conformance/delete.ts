import { describe, expect, test } from "vitest";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { keysOf, putAll } from "./objects.ts";

/** The part of the contract that is about this call. */
export function describeDelete(current: () => ObjectStore): void {
	describe("delete", () => {
		test("removes what is named and nothing else, and does not mind absent keys", async () => {
			await putAll(current(), ["a-b", "a/c", "d/e/f"]);
			const failures = await current().delete(["a/c", "absent", "d/e/f"]);
			expect(failures).toEqual(new Map());
			expect(await keysOf(current(), { prefix: "" })).toEqual(["a-b"]);
		});

		test("of nothing does nothing", async () => {
			await putAll(current(), ["a"]);
			expect(await current().delete([])).toEqual(new Map());
			expect(await keysOf(current(), { prefix: "" })).toEqual(["a"]);
		});
	});
}
