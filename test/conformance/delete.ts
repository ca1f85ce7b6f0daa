import { describe, expect, test } from "vitest";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { bytes, keysOf, numbered, putAll } from "./objects.ts";

/** The part of the contract that is about this call. */
export function describeDelete(current: () => ObjectStore): void {
	describe("delete", () => {
		test("removes what is named and nothing else, and does not mind absent keys", async () => {
			for (const key of ["a", "a-b", "a/c", "d/e/f"]) {
				if (key !== "a") await current().put(key, bytes(key));
			}
			const failures = await current().delete(["a/c", "absent", "d/e/f"]);
			expect(failures).toEqual(new Map());
			expect(await keysOf(current(), { prefix: "" })).toEqual(["a-b"]);
		});

		test("takes more keys than fit one call of the server", async () => {
			const keys = numbered(1001);
			await putAll(current(), keys);
			expect(await current().delete(keys)).toEqual(new Map());
			expect(await keysOf(current(), { prefix: "" })).toEqual([]);
		});
	});
}
