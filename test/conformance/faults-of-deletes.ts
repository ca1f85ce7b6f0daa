import { expect, test } from "vitest";
import type { FaultSuite } from "./faults.ts";
import { keysOf, putAll } from "./objects.ts";

const KEYS = ["a", "b", "c"];

/** Deletes of which a part fails. */
export function describeFaultsOfDeletes({
	harness,
	open,
	faults,
}: FaultSuite): void {
	test("a key that could not be deleted, as may pass, is deleted by another call", async () => {
		const { store, direct } = await open();
		await putAll(direct, KEYS);
		let failed = 0;
		faults().follow((request) => {
			if (failed > 0) return undefined;
			const fault = harness.failDeletion(request, "b", "unavailable");
			if (fault !== undefined) failed++;
			return fault;
		});
		expect(await store.delete(["a", "b"])).toEqual(new Map());
		expect(failed).toBe(1);
		expect(await keysOf(direct, { prefix: "" })).toEqual(["c"]);
		expect(faults().requests.length).toBeLessThanOrEqual(KEYS.length);
	});

	test("a key that must not be deleted is told of, and the others are deleted", async () => {
		const { store, direct } = await open();
		await putAll(direct, KEYS);
		faults().follow((request) =>
			harness.failDeletion(request, "b", "permission-denied"),
		);
		const failures = await store.delete(["a", "b"]);
		expect([...failures].map(([key, { code }]) => [key, code])).toEqual([
			["b", "permission-denied"],
		]);
		expect(await keysOf(direct, { prefix: "a" })).toEqual([]);
		expect(faults().requests.length).toBeLessThanOrEqual(KEYS.length);
	});
}
