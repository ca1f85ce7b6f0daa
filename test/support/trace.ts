import type { ObjectStore } from "../../src/store/object-store.ts";

/** A call that a store was asked for. */
export interface TracedCall {
	readonly operation: "head" | "get" | "put" | "delete" | "list";
	/** The key; the prefix of a listing; one call for each key of a delete. */
	readonly key: string;
	/** When it began and ended, in ticks that no two events share; `ended` is infinite while it has not, or failed. */
	readonly began: number;
	ended: number;
}

/** A store that notes what it is asked for, in the order of asking. */
export function traced(store: ObjectStore): {
	readonly store: ObjectStore;
	readonly calls: readonly TracedCall[];
} {
	const calls: TracedCall[] = [];
	let tick = 0;
	const note = (operation: TracedCall["operation"], key: string) => {
		const call = { operation, key, began: tick++, ended: Infinity };
		calls.push(call);
		return call;
	};
	const until = async <T>(call: TracedCall, done: Promise<T>): Promise<T> => {
		const result = await done;
		call.ended = tick++;
		return result;
	};
	return {
		calls,
		store: {
			url: store.url,
			identity: store.identity,
			can: store.can,
			address: (key) => store.address(key),
			head: (key, call) => until(note("head", key), store.head(key, call)),
			get: (key, options) => until(note("get", key), store.get(key, options)),
			put: (key, body, options) =>
				until(note("put", key), store.put(key, body, options)),
			async delete(keys, call) {
				const notes = keys.map((key) => note("delete", key));
				const failures = await store.delete(keys, call);
				for (const one of notes) one.ended = tick++;
				return failures;
			},
			async *list(options) {
				const call = note("list", options.prefix);
				yield* store.list(options);
				call.ended = tick++;
			},
			[Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
		},
	};
}

/** The calls that change a store. */
export function writesOf(calls: readonly TracedCall[]): readonly TracedCall[] {
	return calls.filter(
		({ operation }) => operation === "put" || operation === "delete",
	);
}
