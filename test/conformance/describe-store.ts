import { afterEach, beforeEach, describe, expect } from "vitest";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { describeCommands } from "./commands.ts";
import { describeDelete } from "./delete.ts";
import { describeEdges } from "./edges.ts";
import { describeGet } from "./get.ts";
import { describeList } from "./list.ts";
import { describeManyObjects } from "./many-objects.ts";
import { describeNeighbours } from "./neighbours.ts";
import { describePut } from "./put.ts";

/** How the suite gets at the store that it tests. */
export interface StoreHarness {
	/**
	 * Whether the server is an emulator, which stores whatever the condition, and sorts letters as a reader would: what
	 * depends on these is left out. Default false.
	 */
	readonly isEmulator?: boolean | undefined;
	/** Whether the server keeps a "\" in a key. Where it would make it a "/", such keys are refused. Default true. */
	readonly keepsBackslashes?: boolean | undefined;
	/** Opens a store that holds nothing, and shares nothing with those that are open already. */
	open(): Promise<ObjectStore>;
	/** Opens the same store again, past every cache of the first. */
	reopen(store: ObjectStore): Promise<ObjectStore>;
	/** Names of what failed or finished writes left behind that no listing shows (uploads, temporary files). */
	leftovers(store: ObjectStore): Promise<readonly string[]>;
	/** Ends what `open` began. */
	close(store: ObjectStore): Promise<void>;
}

/** The contract of `ObjectStore`, as tests. Run against every store on a real server, and every wrapper over memory. */
export function describeStore(name: string, harness: StoreHarness): void {
	describeCalls(name, harness);
	describe(`${name} keeps the store contract at length`, () => {
		describeManyObjects(harness);
		describeCommands(harness);
	});
}

/** The part of the suite that makes few objects; for another way to open a store that passes the whole. */
export function describeCalls(name: string, harness: StoreHarness): void {
	describe(`${name} keeps the store contract`, () => {
		let store: ObjectStore;
		describe("of a store that holds nothing", () => {
			beforeEach(async () => {
				store = await harness.open();
			});
			afterEach(() => closeClean(harness, store));

			describePut(() => store, harness);
			describeEdges(() => store, harness.isEmulator ?? false);
			describeNeighbours(() => store);
			describeGet(() => store);
			describeDelete(() => store);
		});
		describeList(harness);
	});
}

/** Closes a store, and fails if anything was left behind in it. */
export async function closeClean(
	harness: StoreHarness,
	store: ObjectStore,
): Promise<void> {
	const leftovers = await harness.leftovers(store);
	await harness.close(store);
	expect(leftovers).toEqual([]);
}
