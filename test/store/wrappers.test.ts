import { atMost } from "../../src/store/at-most.ts";
import { faults, faulty } from "../../src/store/faults.ts";
import { limit } from "../../src/store/limit.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { prefix } from "../../src/store/prefix.ts";
import { readOnly } from "../../src/store/read-only.ts";
import { record } from "../../src/store/record.ts";
import { retry } from "../../src/store/retry.ts";
import {
	describeStore,
	type StoreHarness,
} from "../conformance/describe-store.ts";
import { bytes } from "../conformance/objects.ts";
import { failure } from "../support/faults.ts";
import { traced } from "../support/trace.ts";

function over(
	wrap: (store: ObjectStore) => ObjectStore | Promise<ObjectStore>,
): StoreHarness {
	return {
		open: async () => await wrap(new MemoryStore()),
		reopen: async (store) => store,
		leftovers: async () => [],
		close: async () => {},
	};
}

/** Refuses every call the first time, every other time after that. */
function throttling(store: ObjectStore): ObjectStore {
	const refused = new Set<string>();
	const refuse = (operation: string) => (what: string | readonly string[]) => {
		const call = `${operation} ${what}`;
		if (refused.delete(call)) return;
		refused.add(call);
		throw failure("throttled");
	};
	return faulty(store, {
		head: refuse("head"),
		get: refuse("get"),
		put: refuse("put"),
		delete: refuse("delete"),
	});
}

/** What lies beside and around a prefix. */
const AROUND = ["in", "in/side", "in/side-/x", "in/side0", "in/sid", "x"];

async function amongOthers(store: ObjectStore): Promise<ObjectStore> {
	for (const key of AROUND) await store.put(key, bytes("around"));
	return prefix(store, "in/side/");
}

/** Of a store that is read through a wrapper that does not write, and written past it. */
function readThrough(
	wrap: (store: ObjectStore) => ObjectStore,
): (store: ObjectStore) => ObjectStore {
	return (store) => {
		const read = wrap(store);
		return {
			url: read.url,
			identity: read.identity,
			can: read.can,
			address: read.address,
			head: read.head,
			get: read.get,
			put: (key, body, options) => store.put(key, body, options),
			delete: (keys, call) => store.delete(keys, call),
			list: read.list,
			[Symbol.asyncDispose]: read[Symbol.asyncDispose],
		};
	};
}

describeStore(
	"the retry wrapper over a store that throttles",
	over((store) => retry(throttling(store), { baseMs: 0 })),
);
describeStore(
	"the retry wrapper over a store of which a script fails a fifth",
	over((store) => {
		const share = 0.2;
		const script = (["head", "get", "put", "delete"] as const).map((at) => ({
			at,
			share,
		}));
		return retry(faults(store, script, 1), { baseMs: 0 });
	}),
);
describeStore("the prefix wrapper, among other objects", over(amongOthers));
describeStore(
	"the limit wrapper",
	over((store) =>
		limit(store, { requestsPerSecond: 1e7, bytesPerSecond: 1e12 }),
	),
);
describeStore(
	"the wrapper that has others wait",
	over((store) => atMost(2, store)),
);
describeStore(
	"what the read-only wrapper lets through",
	over(readThrough(readOnly)),
);
describeStore(
	"what the recording wrapper lets through",
	over(readThrough(record)),
);
describeStore(
	"the wrapper that fails, told not to,",
	over((store) => faults(store, [], 1)),
);
describeStore(
	"the wrapper of tests that notes calls",
	over((store) => traced(store).store),
);
