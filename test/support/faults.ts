import { StoreError, type StoreErrorCode } from "../../src/store/errors.ts";
import { faulty } from "../../src/store/faults.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";

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
