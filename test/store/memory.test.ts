import { MemoryStore } from "../../src/store/memory.ts";
import { retry } from "../../src/store/retry.ts";
import { describeStore } from "../conformance/describe-store.ts";

describeStore("the memory store", {
	open: async () => new MemoryStore(),
	reopen: async (store) => store,
	leftovers: async () => [],
	close: async () => {},
});

describeStore("the retry wrapper", {
	open: async () => retry(new MemoryStore(), { retries: 0 }),
	reopen: async (store) => store,
	leftovers: async () => [],
	close: async () => {},
});
