import { MemoryStore } from "../../src/store/memory.ts";
import { describeStore } from "../conformance/describe-store.ts";

describeStore("the memory store", {
	open: async () => new MemoryStore(),
	reopen: async (store) => store,
	leftovers: async () => [],
	close: async () => {},
});
