import { hash } from "node:crypto";
import { StoreError, type StoreErrorCode } from "./errors.ts";
import type { ObjectReader, ObjectStore } from "./object-store.ts";

/**
 * What goes wrong with a store. Each is asked when it is named after happens, and what it throws, or rejects with, the
 * call fails with.
 */
export interface Faults {
	/** Before the call. */
	readonly head?: ((key: string) => unknown) | undefined;
	readonly get?: ((key: string) => unknown) | undefined;
	readonly put?: ((key: string) => unknown) | undefined;
	readonly delete?: ((keys: readonly string[]) => unknown) | undefined;
	/** Before the first page. */
	readonly list?: ((prefix: string) => unknown) | undefined;
	/** After the object has been written: its answer is lost. */
	readonly putAnswer?: ((key: string) => unknown) | undefined;
	/** After the objects have been deleted. */
	readonly deleteAnswer?: ((keys: readonly string[]) => unknown) | undefined;
	/** Of each piece of a body that is read, in order; what it gives back is read instead. */
	readonly piece?: ((key: string, piece: Uint8Array) => Uint8Array) | undefined;
	/** Before each page after the first. */
	readonly nextPage?: ((prefix: string) => unknown) | undefined;
}

/** A store whose calls fail as they are told to. */
export function faulty(store: ObjectStore, faults: Faults): ObjectStore {
	return {
		url: store.url,
		identity: store.identity,
		can: store.can,
		address: (key) => store.address(key),
		async head(key, call) {
			await faults.head?.(key);
			return await store.head(key, call);
		},
		async get(key, options) {
			await faults.get?.(key);
			const reader = await store.get(key, options);
			return faults.piece === undefined
				? reader
				: faultyReader(reader, faults.piece);
		},
		async put(key, body, options) {
			await faults.put?.(key);
			const meta = await store.put(key, body, options);
			await faults.putAnswer?.(key);
			return meta;
		},
		async delete(keys, call) {
			await faults.delete?.(keys);
			const failures = await store.delete(keys, call);
			await faults.deleteAnswer?.(keys);
			return failures;
		},
		async *list(options) {
			await faults.list?.(options.prefix);
			let isFirst = true;
			for await (const page of store.list(options)) {
				if (!isFirst) await faults.nextPage?.(options.prefix);
				isFirst = false;
				yield page;
			}
		},
		[Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
	};
}

function faultyReader(
	reader: ObjectReader,
	fault: (key: string, piece: Uint8Array) => Uint8Array,
): ObjectReader {
	const { meta } = reader;
	return {
		meta,
		bytes: async (maxBytes) => fault(meta.key, await reader.bytes(maxBytes)),
		async *stream() {
			for await (const piece of reader.stream()) yield fault(meta.key, piece);
		},
		[Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
	};
}

/** One kind of failure in a script. */
export interface ScriptedFault {
	/** Where it happens. `flip`: a piece of a body that is read comes with one bit changed, and nobody says so. */
	readonly at: keyof Faults | "flip";
	/** How the call fails; default `unavailable`. */
	readonly code?: StoreErrorCode | undefined;
	/** How long the failure asks to wait (ms); default it does not. */
	readonly retryAfterMs?: number | undefined;
	/** Keys and prefixes that it meets; default all. */
	readonly keys?: RegExp | undefined;
	/** How many calls for the same key pass before the first that fails; default none. */
	readonly after?: number | undefined;
	/** How many calls for the same key then fail; default all. */
	readonly times?: number | undefined;
	/** Which share of those fails, from 0 to 1; default 1. */
	readonly share?: number | undefined;
}

/**
 * A store that fails as a script says. What fails depends on the seed, the key and how often that key was asked for,
 * and not on the order in which calls for several keys come: the same seed fails the same calls.
 */
export function faults(
	store: ObjectStore,
	script: readonly ScriptedFault[],
	seed: number,
): ObjectStore {
	return faulty(store, scripted(script, seed, store.url));
}

function scripted(
	script: readonly ScriptedFault[],
	seed: number,
	url: string,
): Faults {
	const met = new Map<string, number>();
	const isMet = (fault: ScriptedFault, index: number, key: string) => {
		const { keys, after = 0, times = Number.POSITIVE_INFINITY } = fault;
		if (keys !== undefined && key.search(keys) === -1) return false;
		const call = `${index} ${key}`;
		const count = met.get(call) ?? 0;
		met.set(call, count + 1);
		return (
			count >= after &&
			count < after + times &&
			drawn(`${seed} ${call} ${count}`) < (fault.share ?? 1)
		);
	};
	const fail = (at: ScriptedFault["at"], key: string) => {
		for (const [index, fault] of script.entries())
			if (fault.at === at && isMet(fault, index, key))
				throw failure(fault, key, url);
	};
	const failFirst = (at: ScriptedFault["at"]) => (keys: readonly string[]) =>
		fail(at, keys[0] ?? "");
	return {
		head: (key) => fail("head", key),
		get: (key) => fail("get", key),
		put: (key) => fail("put", key),
		delete: failFirst("delete"),
		list: (prefix) => fail("list", prefix),
		putAnswer: (key) => fail("putAnswer", key),
		deleteAnswer: failFirst("deleteAnswer"),
		piece: (key, piece) => {
			fail("piece", key);
			const isFlipped = script.some(
				(fault, index) => fault.at === "flip" && isMet(fault, index, key),
			);
			return isFlipped ? withFlippedBit(piece) : piece;
		},
		nextPage: (prefix) => fail("nextPage", prefix),
	};
}

function failure(
	{ at, code = "unavailable", retryAfterMs }: ScriptedFault,
	key: string,
	store: string,
): StoreError {
	return new StoreError(code, `the script says so (${at})`, {
		store,
		operation: at,
		key,
		retryAfterMs,
	});
}

/** A number from 0 to less than 1, which depends on the text alone. */
function drawn(text: string): number {
	return hash("sha256", text, "buffer").readUInt32BE(0) / 2 ** 32;
}

function withFlippedBit(piece: Uint8Array): Uint8Array {
	const flipped = Uint8Array.from(piece);
	const middle = flipped.length >> 1;
	const byte = flipped[middle];
	if (byte !== undefined) flipped[middle] = byte ^ 1;
	return flipped;
}
