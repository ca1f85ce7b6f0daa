import { StoreError } from "./errors.ts";
import type { ObjectStore } from "./object-store.ts";

/**
 * A store that can be read and not changed: what is opened through this is never written, whatever the program above
 * gets wrong (I3). Puts and deletes are `unsupported`, and reach nothing.
 */
export function readOnly(store: ObjectStore): ObjectStore {
	const refuse = (operation: string, key: string | undefined) =>
		new StoreError(
			"unsupported",
			"it was opened to be read only, so that it is never written (I3)",
			{ store: store.url, operation, key },
		);
	return {
		url: store.url,
		identity: store.identity,
		can: store.can,
		address: (key) => store.address(key),
		head: (key, call) => store.head(key, call),
		get: (key, options) => store.get(key, options),
		put: async (key) => {
			throw refuse("put", key);
		},
		delete: async (keys) => {
			throw refuse("delete", keys[0]);
		},
		list: (options) => store.list(options),
		[Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
	};
}
