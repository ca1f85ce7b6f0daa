import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { closeClean, type StoreHarness } from "./describe-store.ts";
import { keysOf, numbered, pagesOf, putAll } from "./objects.ts";

const KEYS = numbered(2500);

/** A disk that is busy with other things takes its time to make so many files durable. */
const FILL_TIMEOUT_MS = 120_000;

/** What holds across pages. The tests share one store, and the last ones empty it. */
export function describeManyObjects(harness: StoreHarness): void {
	describe("of 2,500 objects", () => {
		let store: ObjectStore;
		beforeAll(async () => {
			store = await harness.open();
			await putAll(store, [...KEYS, "o"]);
		}, FILL_TIMEOUT_MS);
		afterAll(() => closeClean(harness, store));

		test("list gives pages of at most 1,000, without gaps or repeats", async () => {
			const pages = await pagesOf(store, { prefix: "n/" });
			for (const page of pages)
				expect(page.objects.length).toBeLessThanOrEqual(1000);
			expect(
				pages.flatMap((page) => page.objects.map(({ key }) => key)),
			).toEqual(KEYS);
		});

		test.each([999, 1000, 1001])(
			"list gives the last %i of them",
			async (count) => {
				const startAfter = KEYS.at(-count - 1);
				const listed = await keysOf(store, { prefix: "n/", startAfter });
				expect(listed).toEqual(KEYS.slice(-count));
			},
		);

		test("list goes on after a prefix that was cut off in the middle of many keys", async () => {
			const prune = (prefix: string) => prefix === "n/";
			const pages = await pagesOf(store, { prefix: "", prune });
			expect(pages.flatMap((page) => page.prefixes)).toEqual(["n/"]);
			expect(
				pages.flatMap((page) => page.objects.map(({ key }) => key)),
			).toEqual(["o"]);
		});

		test("list, when shallow, gives pages too", async () => {
			const pages = await pagesOf(store, { prefix: "n/", isShallow: true });
			expect(
				pages.flatMap((page) => page.objects.map(({ key }) => key)),
			).toEqual(KEYS);
			const [top] = await pagesOf(store, { prefix: "", isShallow: true });
			expect(top?.prefixes).toEqual(["n/"]);
		});

		test("list stops when cancelled", async () => {
			const controller = new AbortController();
			const { signal } = controller;
			const reason = new Error("cancelled");
			const listing = (async () => {
				for await (const _page of store.list({ prefix: "", signal }))
					controller.abort(reason);
			})();
			await expect(listing).rejects.toBe(reason);
		});

		test("list can be given up after a page", async () => {
			for await (const { objects } of store.list({ prefix: "" })) {
				expect(objects[0]?.key).toBe(KEYS[0]);
				break;
			}
			expect(await keysOf(store, { prefix: "o" })).toEqual(["o"]);
		});

		test("delete does nothing when cancelled before", async () => {
			const reason = new Error("cancelled");
			const signal = AbortSignal.abort(reason);
			await expect(store.delete(["o"], { signal })).rejects.toBe(reason);
			expect(await keysOf(store, { prefix: "o" })).toEqual(["o"]);
		});

		test("delete takes more keys than fit one call of the server", async () => {
			expect(await store.delete(KEYS.slice(0, 1001))).toEqual(new Map());
			expect(await keysOf(store, { prefix: "" })).toEqual([
				...KEYS.slice(1001),
				"o",
			]);
		});
	});
}
