import { describe, expect, test } from "vitest";
import type { SyncEvent, SyncResult } from "../../src/sync/events.ts";
import { NOTHING_LEFT_OUT } from "../../src/sync/selection.ts";
import { untilStable } from "../../src/sync/until-stable.ts";

const DONE: SyncResult = {
	scanned: { objects: 1, bytes: 1 },
	copied: { objects: 1, bytes: 1 },
	skipped: { objects: 0, bytes: 0 },
	proven: { objects: 0, bytes: 0 },
	deleted: { objects: 0, bytes: 0 },
	failed: 0,
	heldBack: 0,
	vanished: 0,
	unreadable: 0,
	deletedLocks: 0,
	extra: 0,
	leftOut: NOTHING_LEFT_OUT,
	partial: undefined,
	damage: { corrupt: 0, malformed: 0, dangling: 0 },
	leftovers: 0,
	isTargetListed: true,
	isStopped: false,
	isOutOfTime: false,
	isComplete: true,
};

/** Passes that take as long as is said (seconds to read, seconds to copy), on a clock of their own. */
async function passes(
	withinSeconds: number,
	...durations: readonly (readonly [read: number, copy: number])[]
) {
	let clock = 0;
	const left = [...durations];
	const { next, isStable, passes } = await untilStable(
		async (observe) => {
			const [read, copy] = left.shift() ?? [0, 0];
			clock += read * 1000;
			observe({ type: "planned", objects: 1, bytes: 1, toCompare: 0 });
			clock += copy * 1000;
			return DONE;
		},
		{ withinMs: withinSeconds * 1000, now: () => clock },
	);
	const seconds = [next.readMs / 1000, next.copyMs / 1000];
	return { seconds, isStable, passes };
}

describe("untilStable", () => {
	test("ends with the first pass when that was short enough", async () => {
		expect(await passes(10, [4, 6])).toEqual({
			seconds: [4, 6],
			isStable: true,
			passes: 1,
		});
	});

	test("goes on until what changes during a pass is copied soon enough", async () => {
		// The second pass copied for 40 s what had changed in 200 s: in its own 50 s a quarter of that changes.
		expect(await passes(20, [10, 190], [10, 40])).toEqual({
			seconds: [10, 10],
			isStable: true,
			passes: 2,
		});
		expect(await passes(19, [10, 190], [10, 40], [10, 10])).toMatchObject({
			isStable: true,
			passes: 3,
		});
	});

	test("tells listing the target apart, and expects it again only where it came again", async () => {
		let clock = 0;
		const observed = (events: readonly (SyncEvent["type"] | number)[]) =>
			events.map((event) =>
				typeof event === "number" ? event : { type: event },
			);
		const series = [
			["pass-started", 3, "target-listed", 5, "source-read", "planned", 90],
			["pass-started", 2, "target-listed", 5, "source-read", "planned", 1],
		] as const;
		const waiting = series.map(observed);
		const { next } = await untilStable(
			async (observe) => {
				for (const event of waiting.shift() ?? []) {
					if (typeof event === "number") clock += event;
					else observe(event as SyncEvent);
				}
				return DONE;
			},
			{ withinMs: 50, now: () => clock },
		);
		expect(next).toMatchObject({ listMs: 2, readMs: 5 });
	});

	test("counts of a listing that went on beside the reading only what it took longer", async () => {
		let clock = 0;
		const { next } = await untilStable(
			async (observe) => {
				clock += 1;
				observe({ type: "source-read", objects: 1 });
				clock += 4;
				observe({ type: "source-read", objects: 1 });
				clock += 3;
				observe({ type: "target-listed", objects: 1 });
				clock += 1;
				observe({ type: "planned", objects: 0, bytes: 0, toCompare: 0 });
				return DONE;
			},
			{ withinMs: 100, now: () => clock },
		);
		expect(next).toMatchObject({ listMs: 0, readMs: 6 });
	});

	test("expects what can be deleted to take as long as copying as much, and makes no pass for its sake", async () => {
		let clock = 0;
		let count = 0;
		const { next, isStable } = await untilStable(
			async (observe) => {
				count++;
				observe({ type: "planned", objects: 1, bytes: 1, toCompare: 0 });
				clock += 10;
				return { ...DONE, copied: { objects: 5, bytes: 5 }, extra: 50 };
			},
			{ withinMs: 50, now: () => clock },
		);
		expect(next).toMatchObject({ copyMs: 10, deleteMs: 100 });
		expect({ count, isStable }).toEqual({ count: 1, isStable: false });
	});

	test("does not call stable what was cut off: how long it would have taken is unknown", async () => {
		const { isStable, passes } = await untilStable(
			async () => ({
				...{ ...DONE, isStopped: true, isOutOfTime: true, isComplete: false },
			}),
			{ withinMs: 1e9 },
		);
		expect({ isStable, passes }).toEqual({ isStable: false, passes: 1 });
	});

	test("never expects the next pass to take longer than the last", async () => {
		const { seconds } = await passes(100, [10, 90], [10, 190], [5, 45]);
		expect(seconds).toEqual([10, 90]);
	});

	test("gives up when passes do not become shorter", async () => {
		const result = await passes(
			5,
			[10, 90],
			[10, 10],
			[12, 90],
			[12, 90],
			[12, 90],
			[1, 1],
		);
		expect(result).toMatchObject({ isStable: false, passes: 5 });
	});

	test.each(["failed", "heldBack", "unreadable", "isStopped"] as const)(
		"ends with a pass that leaves something undone (%s)",
		async (what) => {
			let count = 0;
			const { result, passes } = await untilStable(
				async () => {
					count++;
					return { ...DONE, [what]: what === "isStopped" ? true : 1 };
				},
				{ withinMs: -1 },
			);
			expect({ count, passes }).toEqual({ count: 1, passes: 1 });
			expect(result[what]).toBeTruthy();
		},
	);
});
