import { describe, expect, test } from "vitest";
import {
	SyncView,
	type SyncViewOptions,
} from "../../../src/cli/sync/sync-view.ts";
import { TransferLines } from "../../../src/cli/sync/transfer-lines.ts";
import { StoreError } from "../../../src/store/errors.ts";
import { MemoryStore } from "../../../src/store/memory.ts";
import type { SyncEvent } from "../../../src/sync/events.ts";
import { NOTHING_LEFT_OUT } from "../../../src/sync/selection.ts";

const SOURCE = new MemoryStore("source");
const TARGET = new MemoryStore("target");

/** A view that has seen these events, and what it wrote. */
function seen(
	events: readonly SyncEvent[],
	options: Partial<SyncViewOptions> = {},
) {
	const results: string[] = [];
	const troubles: string[] = [];
	const isDryRun = options.isDryRun ?? false;
	const view = new SyncView(
		new TransferLines(SOURCE, TARGET, isDryRun),
		{
			result: (line) => results.push(line),
			trouble: (line) => troubles.push(line),
		},
		{
			isDryRun,
			deletes: false,
			printsCopies: options.printsCopies ?? false,
		},
	);
	for (const event of events) view.observe(event);
	return { view, results, troubles };
}

function denied(store: MemoryStore): StoreError {
	return new StoreError("permission-denied", "permission denied", {
		store: store.url,
		operation: "put",
		suggestions: ["Run it as root."],
	});
}

function copied(key: string, size = 10): SyncEvent {
	return { type: "copied", key, kind: "blob", size };
}

const PLANNED: SyncEvent = {
	type: "planned",
	objects: 8,
	bytes: 100,
	toCompare: 0,
};

describe("the view of a pass", () => {
	test("tells where it stands: listing, reading, copying", () => {
		const { view } = seen([]);
		const labels = [view.standing.label];
		const events: readonly SyncEvent[] = [
			{ type: "pass-started" },
			{ type: "target-listed", objects: 1000 },
			{ type: "source-read", objects: 5 },
			{ type: "source-read", objects: 7 },
			PLANNED,
		];
		const objects: number[] = [];
		for (const event of events) {
			view.observe(event);
			labels.push(view.standing.label);
			objects.push(view.standing.objects);
		}
		expect(labels).toEqual([
			"Starting",
			"Listing the target",
			"Listing the target",
			"Reading the source",
			"Reading the source",
			"Copying",
		]);
		expect(objects).toEqual([0, 1000, 5, 12, 0]);
		expect(view.standing).toMatchObject({ totalObjects: 8, totalBytes: 100 });
	});

	test("counts every object of the plan once, however it ends", () => {
		const { view } = seen([
			PLANNED,
			copied("a", 40),
			{ type: "skipped", key: "b", size: 20 },
			{ type: "held-back", key: "c", needs: "x" },
			{ type: "failed", key: "d", error: denied(TARGET) },
			{ type: "vanished", key: "e" },
			{
				type: "broken",
				damage: { kind: "corrupt", key: "f", found: "it is" },
			},
			// A dangling link is copied all the same.
			{
				type: "broken",
				damage: { kind: "dangling", key: "g", found: "no blob" },
			},
			copied("g", 10),
			// None of these is part of the plan.
			{
				type: "broken",
				damage: { kind: "malformed", key: "h", found: "it is empty" },
			},
			{ type: "copied", key: "lock", kind: "lock", size: 13 },
			{ type: "unreadable", prefix: "i/", error: denied(SOURCE) },
			{ type: "deleted", key: "stale", kind: "lock", size: 0 },
		]);
		expect(view.standing).toMatchObject({ objects: 7, bytes: 70 });
	});

	test("prints copies and deletes only when it is asked to", () => {
		const events: readonly SyncEvent[] = [
			copied("a"),
			{ type: "deleted", key: "lock", kind: "lock", size: 0 },
		];
		expect(seen(events).results).toEqual([]);
		expect(seen(events, { printsCopies: true }).results).toEqual([
			"copy: memory://source/a to memory://target/a",
			"delete: memory://target/lock",
		]);
		expect(
			seen(events, { printsCopies: true, isDryRun: true }).results,
		).toEqual([
			"(dryrun) copy: memory://source/a to memory://target/a",
			"(dryrun) delete: memory://target/lock",
		]);
	});

	test("prints the first troubles as they happen, and says when it stops to", () => {
		const failures = Array.from(
			{ length: 25 },
			(_, index): SyncEvent => ({
				type: "failed",
				key: String(index),
				error: denied(TARGET),
			}),
		);
		const first: SyncEvent = {
			type: "unreadable",
			prefix: "dir/",
			error: denied(SOURCE),
		};
		const { troubles } = seen([first, ...failures]);
		expect(troubles).toHaveLength(6);
		expect(troubles.slice(0, 2)).toEqual([
			"cannot read: dir/: permission denied",
			"copy failed: memory://source/0 to memory://target/0 permission denied (at the target)",
		]);
		expect(troubles.at(-1)).toBe(
			"What fails from here on is counted, and grouped in the summary.",
		);
		expect(seen(failures.slice(0, 5)).troubles).toHaveLength(5);
	});

	test("never lets a name move the cursor or break a line", () => {
		const key = "a\u001b[2J\nb";
		const { results, troubles } = seen(
			[
				copied(key),
				{ type: "failed", key, error: denied(TARGET) },
				{ type: "unreadable", prefix: key, error: denied(SOURCE) },
			],
			{ printsCopies: true },
		);
		expect(results.concat(troubles).join("")).toMatch(/^[ -~]+$/);
	});

	test("groups what it saw for the report, with what to do", () => {
		const { view } = seen([
			{ type: "failed", key: "x/1", error: denied(TARGET) },
			{ type: "failed", key: "x/2", error: denied(TARGET) },
			{ type: "held-back", key: "y/1", needs: "x/1" },
		]);
		const result = {
			scanned: { objects: 3, bytes: 0 },
			copied: { objects: 0, bytes: 0 },
			skipped: { objects: 0, bytes: 0 },
			proven: { objects: 0, bytes: 0 },
			failed: 2,
			heldBack: 1,
			vanished: 0,
			unreadable: 0,
			deletedLocks: 0,
			deleted: { objects: 0, bytes: 0 },
			extra: 0,
			leftOut: NOTHING_LEFT_OUT,
			partial: undefined,
			damage: { corrupt: 0, malformed: 0, dangling: 0 },
			leftovers: 0,
			isTargetListed: true,
			isStopped: false,
			isOutOfTime: false,
			isComplete: false,
		};
		expect(view.report(result)).toEqual({
			...result,
			failures: [
				{
					code: "permission-denied",
					cause: "permission denied (at the target)",
					prefix: "x/",
					count: 2,
					example: "x/1",
					suggestions: ["Run it as root."],
				},
			],
			heldBackGroups: [
				{
					code: "held-back",
					cause: "",
					prefix: "y/",
					count: 1,
					example: "y/1",
					suggestions: [],
				},
			],
			unreadableGroups: [],
			damaged: [],
		});
	});

	test.for<[string, readonly SyncEvent[], Partial<SyncViewOptions>, string]>([
		[
			"before there was a plan",
			[{ type: "pass-started" }],
			{},
			"Stopped before anything was copied. Run the same command again.",
		],
		[
			"midway",
			[PLANNED, copied("a")],
			{},
			"Stopped after 1 object of 8. Run the same command again to go on; what was copied is not copied twice.",
		],
		[
			"in a dry run",
			[PLANNED, copied("a")],
			{ isDryRun: true },
			"Nothing was changed (dry run).",
		],
	])(
		"says how to go on when it was stopped %s",
		([, events, options, sentence]) => {
			expect(seen(events, options).view.interrupted).toBe(sentence);
		},
	);
});
