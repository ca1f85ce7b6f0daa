import { afterEach, beforeEach, describe, expect } from "vitest";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { describeDelete } from "./delete.ts";
import { describeGet } from "./get.ts";
import { describeList } from "./list.ts";
import { describePut } from "./put.ts";

/** How the suite gets at the store that it tests. */
export interface StoreHarness {
	/** Opens a store that holds nothing. Called before each test. */
	open(): Promise<ObjectStore>;
	/** Opens the same store again, past every cache of the first; called at most once per test. */
	reopen(store: ObjectStore): Promise<ObjectStore>;
	/** Names of what failed or finished writes left behind that no listing shows (uploads, temporary files). */
	leftovers(store: ObjectStore): Promise<readonly string[]>;
	/** Ends what `open` began. */
	close(store: ObjectStore): Promise<void>;
}

/** The contract of `ObjectStore`, as tests. Run against every store on a real server, and every wrapper over memory. */
export function describeStore(name: string, harness: StoreHarness): void {
	describe(`${name} keeps the store contract`, () => {
		let store: ObjectStore;
		beforeEach(async () => {
			store = await harness.open();
		});
		afterEach(async () => {
			const leftovers = await harness.leftovers(store);
			await harness.close(store);
			expect(leftovers).toEqual([]);
		});

		describePut(
			() => store,
			(opened) => harness.reopen(opened),
		);
		describeGet(() => store);
		describeDelete(() => store);
		describeList(() => store);
	});
}
