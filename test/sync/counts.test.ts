import { describe, expect, test } from "vitest";
import { add, Counts } from "../../src/sync/events.ts";

function counted(change: (counts: Counts) => void) {
	const counts = new Counts();
	change(counts);
	return counts.result();
}

describe("Counts › a pass is complete", () => {
	test("when nothing happened, and when things were copied and skipped", () => {
		expect(counted(() => {}).isComplete).toBe(true);
		const result = counted((counts) => {
			add(counts.copied, 71);
			add(counts.copied, 9);
			add(counts.skipped, 71);
		});
		expect(result).toMatchObject({
			isComplete: true,
			copied: { objects: 2, bytes: 80 },
			skipped: { objects: 1, bytes: 71 },
		});
	});

	test.each<[string, (counts: Counts) => void]>([
		["an object vanished", (counts) => counts.vanished++],
		["a stale lock file was deleted", (counts) => counts.deletedLocks++],
		["a link dangles in the source", (counts) => counts.damage.dangling++],
		["garbage collection left something", (counts) => counts.leftovers++],
	])("also when %s", (_, change) => {
		expect(counted(change).isComplete).toBe(true);
	});

	test.each<[string, (counts: Counts) => void]>([
		["an object failed", (counts) => counts.failed++],
		["an object was held back", (counts) => counts.heldBack++],
		["a range could not be looked at", (counts) => counts.unreadable++],
		["a blob is corrupt", (counts) => counts.damage.corrupt++],
		["a link is malformed", (counts) => counts.damage.malformed++],
		[
			"it stopped early",
			(counts) => {
				counts.isStopped = true;
			},
		],
	])("but not when %s", (_, change) => {
		expect(counted(change).isComplete).toBe(false);
	});
});
