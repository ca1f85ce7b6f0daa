import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareKeys } from "../../src/store/key.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { closeClean, type StoreHarness } from "./describe-store.ts";
import { bytes, expectCode, keysOf, read, sha256Of } from "./objects.ts";

/** No key is a prefix of another, so that every store can hold all of them. */
const KEYS = ["a-/x", "a/x", "a/y/z", "a.b", "b", "c d+e%20f"];

/** Names whose places differ by bytes, by UTF-16 units and by the alphabet. */
const TELLING = ["Z", "ﬀ", "😀"];

function commands(keys: readonly string[]) {
	const key = fc.constantFrom(...keys);
	const none = fc.constant("");
	const prefix = fc.constantFrom("", "a", "a/", "x");
	const command = fc.oneof(
		{ weight: 4, arbitrary: fc.tuple(fc.constant("put"), key, fc.string()) },
		{ weight: 1, arbitrary: fc.tuple(fc.constant("delete"), key, key) },
		{ weight: 2, arbitrary: fc.tuple(fc.constant("get"), key, none) },
		{ weight: 2, arbitrary: fc.tuple(fc.constant("head"), key, none) },
		{
			weight: 2,
			arbitrary: fc.tuple(fc.constant("list"), prefix, fc.oneof(none, key)),
		},
	);
	return fc.array(command, { minLength: 40, maxLength: 80 });
}

/** One command on the store and on the model, which must agree. */
async function run(
	store: ObjectStore,
	model: Map<string, string>,
	[name, first, second]: readonly [string, string, string],
): Promise<void> {
	const content = model.get(first);
	switch (name) {
		case "put":
			await store.put(first, bytes(second), {
				digest: sha256Of(bytes(second)),
			});
			model.set(first, second);
			break;
		case "delete":
			expect(await store.delete([first, second])).toEqual(new Map());
			model.delete(first);
			model.delete(second);
			break;
		case "get":
			if (content === undefined)
				await expectCode(store.get(first), "not-found");
			else expect(await read(store, first)).toEqual(bytes(content));
			break;
		case "head":
			expect((await store.head(first))?.size).toBe(
				content === undefined ? undefined : bytes(content).length,
			);
			break;
		default:
			expect(
				await keysOf(store, { prefix: first, startAfter: second }),
			).toEqual(
				[...model.keys()]
					.filter(
						(one) => one.startsWith(first) && compareKeys(one, second) > 0,
					)
					.sort(compareKeys),
			);
	}
}

/** The contract as a whole, against the simplest thing that keeps it. */
export function describeCommands(harness: StoreHarness): void {
	describe("commands", () => {
		test("of any sequence leave what they leave in a map", async () => {
			const sequence = commands(
				harness.isEmulator ? KEYS : [...KEYS, ...TELLING],
			);
			const property = fc.asyncProperty(sequence, async (drawn) => {
				const store = await harness.open();
				const model = new Map<string, string>();
				try {
					for (const one of drawn) await run(store, model, one);
				} finally {
					await closeClean(harness, store);
				}
			});
			// Each run makes a store, so there are few, and long.
			await fc.assert(property, { seed: 1, numRuns: 5, endOnFailure: true });
		});
	});
}
