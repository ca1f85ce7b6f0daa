import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import { StoreError } from "../../src/store/errors.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { bodyOf } from "./bodies.ts";
import { bytes, keysOf, read, sha256, sha256Of } from "./objects.ts";

/** A body that every store sends at once. */
export const SMALL = randomBytes(1500);
/** A body that every store sends in parts: two of them. */
export const LARGE = randomBytes(8 * 1024 * 1024 + 70_000);

/** A call that meets a fault, and how it shows that it was made. */
export interface FaultedCall {
	readonly name: string;
	/** Puts what the call needs. */
	prepare(direct: ObjectStore): Promise<unknown>;
	/** Makes the call; fails when it resolves to anything but what is there. */
	make(store: ObjectStore): Promise<unknown>;
	/** Makes the call, which is to fail. Resolves to the error, for a delete to the one that it tells of. */
	fail(store: ObjectStore): Promise<StoreError | undefined>;
	/** Checks what the call left. */
	check(direct: ObjectStore): Promise<unknown>;
	/** Whether what it does is one body to read, which is not asked for again when it breaks off. */
	readonly isRead?: boolean | undefined;
}

async function failureOf(
	call: Promise<unknown>,
): Promise<StoreError | undefined> {
	try {
		await call;
		return undefined;
	} catch (error) {
		if (error instanceof StoreError) return error;
		throw error;
	}
}

const KEYS = ["d/1", "d/2", "e"];

async function putKeys(direct: ObjectStore): Promise<void> {
	for (const key of KEYS) await direct.put(key, bytes(key));
}

async function nothing(): Promise<void> {}

/** Fails unless the object is this content. */
export async function expectContent(
	store: ObjectStore,
	key: string,
	content: Buffer,
): Promise<void> {
	expect((await store.head(key))?.size).toBe(content.length);
	expect(sha256(await read(store, key))).toBe(sha256(content));
}

/** Puts a body that goes up at once as "a". */
export function putSmall(store: ObjectStore) {
	return store.put("a", SMALL, { digest: sha256Of(SMALL) });
}

/** Puts a body that goes up in parts as "large". */
export function putLarge(store: ObjectStore, signal?: AbortSignal) {
	return store.put("large", bodyOf([LARGE]), {
		digest: sha256Of(LARGE),
		signal,
	});
}

/** A put of a small body. */
export const PUT: FaultedCall = {
	name: "a put",
	prepare: nothing,
	make: async (store) =>
		expect((await putSmall(store)).size).toBe(SMALL.length),
	fail: (store) => failureOf(putSmall(store)),
	check: (direct) => expectContent(direct, "a", SMALL),
};

/** A listing of one page. */
export const LIST: FaultedCall = {
	name: "a list",
	prepare: putKeys,
	make: async (store) =>
		expect(await keysOf(store, { prefix: "" })).toEqual(KEYS),
	fail: (store) => failureOf(keysOf(store, { prefix: "" })),
	check: nothing,
};

/** Every call but the large put. */
export const SMALL_CALLS: readonly FaultedCall[] = [
	{
		name: "a head",
		prepare: (direct) => direct.put("a", SMALL),
		make: async (store) =>
			expect((await store.head("a"))?.size).toBe(SMALL.length),
		fail: (store) => failureOf(store.head("a")),
		check: nothing,
	},
	{
		name: "a head of what is absent",
		prepare: nothing,
		make: async (store) => expect(await store.head("a")).toBeUndefined(),
		fail: (store) => failureOf(store.head("a")),
		check: nothing,
	},
	{
		name: "a get",
		prepare: (direct) => direct.put("a", SMALL),
		make: async (store) =>
			expect(sha256(await read(store, "a"))).toBe(sha256(SMALL)),
		fail: (store) => failureOf(read(store, "a")),
		check: nothing,
		isRead: true,
	},
	{
		name: "a delete",
		prepare: putKeys,
		make: async (store) =>
			expect(await store.delete(KEYS.slice(0, 2))).toEqual(new Map()),
		fail: async (store) => {
			let failures: ReadonlyMap<string, StoreError> = new Map();
			const thrown = await failureOf(
				store.delete(KEYS.slice(0, 2)).then((found) => {
					failures = found;
				}),
			);
			if (thrown === undefined) expect(failures.size).toBe(2);
			return thrown ?? failures.get("d/1");
		},
		check: async (direct) =>
			expect(await keysOf(direct, { prefix: "" })).toEqual(["e"]),
	},
	PUT,
	LIST,
];

/** A put in parts. */
export const LARGE_PUT: FaultedCall = {
	name: "a large put",
	prepare: nothing,
	make: async (store) =>
		expect((await putLarge(store)).size).toBe(LARGE.length),
	fail: (store) => failureOf(putLarge(store)),
	check: (direct) => expectContent(direct, "large", LARGE),
};
