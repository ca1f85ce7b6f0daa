import { expect, test } from "vitest";
import { MemoryStore } from "../../src/store/memory.ts";
import { smallRegistry, storeOf } from "./content.ts";
import { run } from "./run.ts";
import { TemporaryIndex } from "./temporary-index.ts";

test("sync › the result tells whether the target was listed, or is known from the index alone", async () => {
	using index = new TemporaryIndex();
	const source = await storeOf(smallRegistry());
	const target = new MemoryStore();
	for (const [relist, isTargetListed] of [
		[false, true],
		[false, false],
		[true, true],
	]) {
		const options = { indexPath: index.path, relist };
		const { result } = await run(source, target, options);
		expect(result).toMatchObject({ isTargetListed, isComplete: true });
	}
});
