import { StoreError, type StoreErrorCode } from "../../src/store/errors.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";

/** Asked before each call; what it throws, or rejects with, the call fails with. `key` is a prefix for `list`. */
export interface Faults {
	readonly head?: ((key: string) => unknown) | undefined;
	readonly get?: ((key: string) => unknown) | undefined;
	readonly put?: ((key: string) => unknown) | undefined;
	readonly delete?: ((keys: readonly string[]) => unknown) | undefined;
	readonly list?: ((prefix: string) => unknown) | undefined;
}

/** A store whose calls fail as the script says. */
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
			return await store.get(key, options);
		},
		async put(key, body, options) {
			await faults.put?.(key);
			return await store.put(key, body, options);
		},
		async delete(keys, call) {
			await faults.delete?.(keys);
			return await store.delete(keys, call);
		},
		async *list(options) {
			await faults.list?.(options.prefix);
			yield* store.list(options);
		},
		[Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
	};
}

/** The error of a store that fails in this way. */
export function failure(
	code: StoreErrorCode,
	key = "",
	store = "memory://failing",
): StoreError {
	return new StoreError(code, "it was told to fail", {
		store,
		operation: "test",
		key,
	});
}

/** A store that must not be written: a put or delete is a mistake, not a failure of the store (I3). */
export function unwritable(store: ObjectStore): ObjectStore {
	return faulty(store, {
		put: (key) => {
			throw new Error(`the source was written: put ${key}`);
		},
		delete: (keys) => {
			throw new Error(`the source was written: delete ${keys.join()}`);
		},
	});
}

/**
 * A store in which nothing below a prefix (it ends in "/") can be looked at, as below a directory that its user may
 * not enter: whoever lists above it is told, whoever lists in it is refused.
 */
export function unreadable(store: ObjectStore, closed: string): ObjectStore {
	const refuse = (key: string) => {
		if (key.startsWith(closed))
			throw failure("permission-denied", key, store.url);
	};
	const refusing = faulty(store, { head: refuse, get: refuse, list: refuse });
	return {
		url: store.url,
		identity: store.identity,
		can: store.can,
		address: (key) => store.address(key),
		head: refusing.head,
		get: refusing.get,
		put: refusing.put,
		delete: refusing.delete,
		async *list(options) {
			let isTold = false;
			for await (const page of refusing.list(options)) {
				const objects = page.objects.filter(
					({ key }) => !key.startsWith(closed),
				);
				// What is cut off at the closed directory itself is named: nobody needs to look into it for that.
				const prefixes = page.prefixes.filter(
					(prefix) => prefix === closed || !prefix.startsWith(closed),
				);
				const isHidden =
					objects.length < page.objects.length ||
					prefixes.length < page.prefixes.length;
				if (isTold || !isHidden) {
					yield { ...page, objects, prefixes };
					continue;
				}
				isTold = true;
				const error = failure("permission-denied", closed, store.url);
				const told = [{ prefix: closed, error }];
				yield { objects, prefixes, unreadable: told };
			}
		},
		[Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
	};
}
