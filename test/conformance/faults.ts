import {
	afterAll,
	afterEach,
	beforeAll,
	beforeEach,
	describe,
	expect,
	vi,
} from "vitest";
import type { OpenOptions } from "../../src/store/environment.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import {
	type Answer,
	type Fault,
	type FaultScript,
	FaultyServer,
	type SeenRequest,
} from "../support/faulty-server.ts";
import { describeFaultsOfDeletes } from "./faults-of-deletes.ts";
import { describeFaultsOfListings } from "./faults-of-listings.ts";
import { describeFaultsOfPuts } from "./faults-of-puts.ts";
import { describeLastingFaults } from "./faults-that-last.ts";
import { describePassingFaults } from "./faults-that-pass.ts";

/** How the suite gets at a store that speaks HTTP, and what it needs to know of the protocol. */
export interface FaultHarness {
	/** Of the server, once it runs. */
	origin(): string;
	/** Makes an empty bucket, or what the store calls so, and answers its name. */
	newBucket(): Promise<string>;
	/** Opens a bucket by way of another origin. */
	open(
		bucket: string,
		origin: string,
		options?: OpenOptions,
	): Promise<ObjectStore>;
	/** Uploads that were begun and not ended, seen on the server itself. */
	leftovers(bucket: string): Promise<readonly string[]>;
	/** An error of the kind that passes, as the server writes it down. */
	readonly internalError: Answer;
	readonly listing: ListingDocument;
	/** What becomes of a request, that the deletion of one key fails, in a way that passes or for want of permission. */
	failDeletion(
		request: SeenRequest,
		key: string,
		code: "unavailable" | "permission-denied",
	): Fault | undefined;
}

/** How the server writes a page of a listing down. */
interface ListingDocument {
	isPage(request: SeenRequest): boolean;
	/** What continues the listing that a request goes on with. */
	tokenOf(request: SeenRequest): string | undefined;
	/** The page with its objects the other way round. */
	reversed(page: string): string;
	/** The page without its objects. */
	emptied(page: string): string;
	/** The page, which is the last, as if another came after it. */
	continued(page: string, token: string): string;
}

/** A store behind a server that has faults. */
export interface Faulted {
	/** Opened by way of the faults. */
	readonly store: ObjectStore;
	/** Opened past them, another time. */
	readonly direct: ObjectStore;
	readonly bucket: string;
}

/** What the tests of the suite have in common. */
export interface FaultSuite {
	readonly harness: FaultHarness;
	faults(): FaultyServer;
	/** Opens a new bucket; both stores go with the test. Its requests are not counted. */
	open(options?: OpenOptions): Promise<Faulted>;
	/**
	 * Runs an act again and again, each time in another bucket: with the fault at its first request, at its second, and so
	 * on, and at last with none. Fails when one makes more requests than thrice what they are without a fault.
	 */
	atEachRequest(
		fault: Fault,
		act: (faulted: Faulted) => Promise<void>,
		options?: OpenOptions,
	): Promise<void>;
}

/** More requests than any act of the suite makes. */
const MOST = 60;

/**
 * The contract of `ObjectStore` where the server or the way to it fails, by script: each case is survived, or ends in
 * the right `StoreError`; it makes few requests; and what another opening reads is the old object or the new one.
 */
export function describeFaults(name: string, harness: FaultHarness): void {
	describe(`${name} keeps the store contract when the server fails`, () => {
		let faults: FaultyServer;
		const opened: ObjectStore[] = [];
		beforeAll(async () => {
			faults = await FaultyServer.start(harness.origin());
		});
		afterAll(() => faults[Symbol.asyncDispose]());
		beforeEach(() => {
			// No test waits for what is only to spread requests out.
			vi.spyOn(Math, "random").mockReturnValue(0);
		});
		afterEach(async () => {
			faults.follow();
			vi.restoreAllMocks();
			for (const store of opened.splice(0)) await store[Symbol.asyncDispose]();
		});

		const open = async (options?: OpenOptions): Promise<Faulted> => {
			faults.follow();
			const bucket = await harness.newBucket();
			const store = await harness.open(bucket, faults.origin, options);
			const direct = await harness.open(bucket, harness.origin());
			opened.push(store, direct);
			faults.follow();
			return { store, direct, bucket };
		};
		const suite: FaultSuite = {
			harness,
			open,
			faults: () => faults,
			async atEachRequest(fault, act, options) {
				const counts: number[] = [];
				for (let at = 0; at < MOST; at++) {
					const faulted = await open(options);
					let isMet = false;
					const script: FaultScript = ({ number }) => {
						if (number !== at) return undefined;
						isMet = true;
						return fault;
					};
					faults.follow(script);
					await act(faulted);
					counts.push(faults.requests.length);
					if (isMet) continue;
					const most = 3 * faults.requests.length;
					expect(Math.max(...counts)).toBeLessThanOrEqual(most);
					return;
				}
				throw new Error("it never ended");
			},
		};
		describePassingFaults(suite);
		describeLastingFaults(suite);
		describeFaultsOfPuts(suite);
		describeFaultsOfListings(suite);
		describeFaultsOfDeletes(suite);
	});
}
