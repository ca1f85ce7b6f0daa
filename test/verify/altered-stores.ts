import { StoreError, type StoreErrorCode } from "../../src/store/errors.ts";
import type { ObjectStore, Page } from "../../src/store/object-store.ts";
import { passOn } from "../../src/store/pass-on.ts";

/** A store in which some members are others. */
export function altered(
	store: ObjectStore,
	members: Partial<ObjectStore>,
): ObjectStore {
	return { ...passOn(store), ...members };
}

/** A store that lists no checksums, as file systems do. */
export function withoutMd5(store: ObjectStore): ObjectStore {
	return altered(store, {
		async *list(options) {
			for await (const page of store.list(options)) {
				yield {
					...page,
					objects: page.objects.map((meta) => ({ ...meta, md5: undefined })),
				};
			}
		},
	});
}

/** Notes the keys that are opened. */
export function watched(store: ObjectStore): {
	store: ObjectStore;
	opened: string[];
} {
	const opened: string[] = [];
	return {
		opened,
		store: altered(store, {
			get(key, options) {
				opened.push(key);
				return store.get(key, options);
			},
		}),
	};
}

export function failure(code: StoreErrorCode, key = ""): StoreError {
	return new StoreError(code, "so it is", {
		store: "memory://failing",
		operation: "test",
		key,
	});
}

/** Lists the first pages as they are, and reports ranges as unreadable instead of what is in them. */
export function withUnreadable(
	store: ObjectStore,
	...prefixes: readonly string[]
): ObjectStore {
	return altered(store, {
		async *list(options) {
			for await (const page of store.list(options)) {
				yield {
					...page,
					objects: page.objects.filter(
						({ key }) => !prefixes.some((prefix) => key.startsWith(prefix)),
					),
					unreadable: prefixes.map((prefix) => ({
						prefix,
						error: failure("permission-denied", prefix),
					})),
				};
			}
		},
	});
}

export async function* failingAfter(
	pages: readonly Page[],
	error: Error,
): AsyncGenerator<Page> {
	yield* pages;
	throw error;
}

export function unchanged(store: ObjectStore): ObjectStore {
	return store;
}

/** A store that also lists a directory marker. */
export function withMarker(store: ObjectStore, marker: string): ObjectStore {
	return altered(store, {
		async *list(options) {
			for await (const page of store.list(options)) {
				const meta = {
					key: marker,
					size: 0,
					version: "",
					lastModified: 0,
					md5: undefined,
				};
				const after = page.objects.findIndex(({ key }) => key > marker);
				yield { ...page, objects: page.objects.toSpliced(after, 0, meta) };
			}
		},
	});
}
