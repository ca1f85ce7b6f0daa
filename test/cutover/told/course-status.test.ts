import { describe, expect, test } from "vitest";
import type { JournalRecord } from "../../../src/cutover/course/journal-record.ts";
import {
	type CourseStatus,
	courseStatus,
	type ToldStep,
} from "../../../src/cutover/told/course-status.ts";

const back = async () => {};

/** As a cutover's, of no more steps than tell something. */
const STEPS: readonly ToldStep[] = [
	["preflight", "nothing"],
	["catch up", "nothing"],
	["read-only", back, "opens"],
	["final pass", "nothing"],
	["verify the delta", "nothing"],
	["still", "nothing"],
	["switch", back],
	["canary", back],
	["still, once more", "nothing"],
	["read-write", "never", "closes"],
	["confirm", "never"],
].map(
	([name, undo, window]) => ({ name, undo, window, about: "" }) as ToldStep,
);

const START = Date.parse("2026-01-31T00:00:00.000Z");

type Noted = readonly [type: string, step?: string];

/** A journal of a record each second. */
function status(...noted: readonly Noted[]): CourseStatus {
	const records = noted.map(([type, detail], index) => ({
		...{ type, step: detail, reason: detail, outcome: detail },
		at: new Date(START + 1000 * (index + 1)).toISOString(),
	}));
	const begun = {
		type: "begun",
		id: "one",
		operator: "me@here",
		source: "file:///srv/registry/",
		target: "s3://bucket/",
		at: new Date(START).toISOString(),
	};
	const found = courseStatus([begun, ...records] as JournalRecord[], STEPS);
	if (found === undefined) throw new Error("There is a beginning");
	return found;
}

const DONE: readonly Noted[] = STEPS.flatMap(({ name }): readonly Noted[] => [
	["apply", name],
	["done", name],
]);

const statesOf = ({ steps }: CourseStatus) => steps.map(({ state }) => state);

/** Up to, and with, the record that says so. */
function until(type: string, step: string): readonly Noted[] {
	const index = DONE.findIndex((one) => one[0] === type && one[1] === step);
	return DONE.slice(0, index + 1);
}

describe("courseStatus", () => {
	test("is nothing before the beginning is noted", () => {
		expect(courseStatus([], STEPS)).toBeUndefined();
	});

	test("what is done again counts as to do, from the step on that it begins with", () => {
		const found = status(...until("done", "still"), ["repeat", "read-only"]);
		expect(statesOf(found)).toEqual([
			...["done", "done"],
			...Array.from({ length: 9 }, () => "to do"),
		]);
		expect(found).toMatchObject({
			next: { step: "read-only", isUndone: false },
			refusing: { until: undefined },
		});
	});

	test("a beginning: all is to do, the first step next, and nothing refused", () => {
		const found = status();
		expect(new Set(statesOf(found))).toEqual(new Set(["to do"]));
		expect(found).toMatchObject({
			begunAt: START,
			direction: "forward",
			next: { step: "preflight", isUndone: false },
			canTurnBack: true,
			refusing: undefined,
		});
	});

	test("in the window: what is done, with its times, what is begun, and since when pushes are refused", () => {
		const found = status(...until("apply", "final pass"));
		expect(statesOf(found).slice(0, 5)).toEqual([
			...["done", "done", "done", "begun", "to do"],
		]);
		expect(found.steps[1]).toMatchObject({
			beganAt: START + 3000,
			endedAt: START + 4000,
		});
		expect(found.refusing).toEqual({ since: START + 5000, until: undefined });
		expect(found.next).toEqual({ step: "final pass", isUndone: false });
	});

	test("a step that was not needed counts as done, and took no time", () => {
		const [, found] = status(...until("done", "preflight"), [
			"done",
			"catch up",
		]).steps;
		expect(found).toEqual({ step: "catch up", about: "", state: "not needed" });
	});

	test("past the point of no return there is no way back, before as after it is done", () => {
		expect(status(...until("done", "still, once more")).canTurnBack).toBe(true);
		expect(status(...until("apply", "read-write")).canTurnBack).toBe(false);
		const found = status(...until("done", "read-write"));
		expect(found.canTurnBack).toBe(false);
		expect(found.refusing?.until).toBeDefined();
	});

	test("on the way back: why, what is undone, and what is next", () => {
		const found = status(
			...until("apply", "canary"),
			["turn-back", "it was not served"],
			["undo", "canary"],
			["undone", "canary"],
			["undo", "switch"],
		);
		expect(found).toMatchObject({
			direction: "back",
			reason: "it was not served",
			next: { step: "switch", isUndone: true },
			canTurnBack: false,
			refusing: { until: undefined },
		});
		expect(statesOf(found).slice(5, 8)).toEqual(["done", "undoing", "undone"]);
	});

	test("an end: of what outcome, when, and until when pushes were refused", () => {
		expect(status(...DONE, ["ended", "done"])).toMatchObject({
			direction: "ended",
			outcome: "done",
			next: undefined,
		});
		const undone = status(
			...until("apply", "read-only"),
			["turn-back", "no"],
			["undo", "read-only"],
			["undone", "read-only"],
			["ended", "undone"],
		);
		expect(undone).toMatchObject({
			outcome: "undone",
			refusing: { since: START + 5000, until: START + 8000 },
			endedAt: START + 9000,
		});
	});
});
