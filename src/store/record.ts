import { setImmediate } from "node:timers/promises";
import type { ObjectStore } from "./object-store.ts";

/** After so many puts that do nothing, timers, sockets and Ctrl-C have their turn. */
const TURN_EVERY = 100;

/**
 * A store that is read but not changed: puts and deletes do nothing and say that they succeeded. Bodies are not read,
 * so what a put would find wrong with one is not found.
 */
export function record(store: ObjectStore): ObjectStore {
	let puts = 0;
	return {
		url: store.url,
		identity: store.identity,
		can: store.can,
		address: (key) => store.address(key),
		head: (key, call) => store.head(key, call),
		get: (key, options) => store.get(key, options),
		put: async (key, body, options) => {
			if (++puts % TURN_EVERY === 0) await setImmediate();
			options?.signal?.throwIfAborted();
			const size = body instanceof Uint8Array ? body.length : body.size;
			return {
				key,
				size,
				version: "",
				lastModified: Date.now(),
				md5: undefined,
			};
		},
		delete: async (_keys, call) => {
			call?.signal?.throwIfAborted();
			return new Map();
		},
		list: (options) => store.list(options),
		[Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
	};
}
