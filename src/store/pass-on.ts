import type { ObjectStore } from "./object-store.ts";

/**
 * A store that passes every call on, for wrappers that change some of them: a spread alone would leave out the methods of
 * a class. Wrappers that promise to write nothing name each member instead, lest a new one slip through (I3).
 */
export function passOn(store: ObjectStore): ObjectStore {
	return {
		url: store.url,
		identity: store.identity,
		can: store.can,
		address: (key) => store.address(key),
		head: (key, call) => store.head(key, call),
		get: (key, options) => store.get(key, options),
		put: (key, body, options) => store.put(key, body, options),
		delete: (keys, call) => store.delete(keys, call),
		list: (options) => store.list(options),
		[Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
	};
}
