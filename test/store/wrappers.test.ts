import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { retry } from "../../src/store/retry.ts";
import {
	describeStore,
	type StoreHarness,
} from "../conformance/describe-store.ts";
import { failure, faulty } from "../support/faults.ts";
import { traced } from "../support/trace.ts";

function over(wrap: (store: ObjectStore) => ObjectStore): StoreHarness {
	return {
		open: async () => wrap(new MemoryStore()),
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

describeStore(
	"the retry wrapper over a store that throttles",
	over((store) => retry(throttling(store), { baseMs: 0 })),
);
describeStore(
	"the wrapper of tests that fails, told not to,",
	over((store) => faulty(store, {})),
);
describeStore(
	"the wrapper of tests that notes calls",
	over((store) => traced(store).store),
);
