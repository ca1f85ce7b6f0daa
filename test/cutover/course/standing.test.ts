import { describe, expect, test } from "vitest";
import type { JournalRecord } from "../../../src/cutover/course/journal-record.ts";
import {
	canTurnBack,
	inForce,
	nextAction,
	repeatFrom,
	type StepShape,
	standingOf,
} from "../../../src/cutover/course/standing.ts";
import { STEPS } from "../../../src/cutover/steps.ts";

const undo = async () => {};
const TABLE: readonly StepShape[] = [
	{ name: "look", undo: "nothing" },
	{ name: "change", undo, window: "opens" },
	{ name: "prove", undo: "nothing" },
	{ name: "open", undo: "never" },
];
const at = "2026-01-31T00:00:00.000Z";
const ENDED: JournalRecord = { type: "ended", outcome: "undone", at };
const RECORDS: Readonly<Record<string, JournalRecord>> = {
	torn: { type: "torn", at },
	begun: {
		...{ type: "begun", id: "one", operator: "o@h", at },
		...{ source: "s", target: "t" },
	},
	found: {
		...{ type: "database", nodes: [], at },
		...{ acknowledgedBy: "o@h", acknowledged: "flag" },
	},
	back: { type: "turn-back", reason: "why", at },
	again: { type: "repeat", step: "change", reason: "why", at },
	...Object.fromEntries(
		TABLE.flatMap(({ name: step }) =>
			(["apply", "done", "undo", "undone"] as const).map((type) => [
				`${type} ${step}`,
				{ type, step, at },
			]),
		),
	),
};

function records(text: string): readonly JournalRecord[] {
	return text
		.split(", ")
		.filter((name) => name !== "")
		.map((name) => {
			const record = RECORDS[name];
			if (record === undefined) throw new Error(name);
			return record;
		});
}

describe("what comes next", () => {
	test.each([
		["", "apply 0"],
		["torn", "apply 0"],
		["apply look", "apply 0"],
		["done look", "apply 1"],
		["begun", "apply 0"],
		["begun, apply look, found", "apply 0"],
		["apply change, back, found", "undo 1"],
		["done look, torn", "apply 1"],
		["apply change, torn", "apply 1"],
		["done change", "apply 2"],
		["done prove, torn", "apply 3"],
		["done prove, again", "apply 1"],
		["done prove, again, torn", "apply 1"],
		["done prove, again, done change", "apply 2"],
		["done prove, again, back", "undo 1"],
		["apply open", "apply 3"],
		["done open", "end done"],
		["done open, torn", "end done"],
		["apply look, back", "end undone"],
		["apply change, back", "undo 1"],
		["apply prove, back", "undo 1"],
		["apply prove, back, undo change", "undo 1"],
		["apply prove, back, undo change, torn", "undo 1"],
		["apply prove, back, undo change, undone change", "end undone"],
	])("after %j it is %j", (noted, expected) => {
		const action = nextAction(standingOf(records(noted), TABLE), TABLE);
		const what =
			"step" in action ? action.step : "outcome" in action && action.outcome;
		expect(`${action.type} ${what}`).toBe(expected);
	});

	test("nothing comes after the end", () => {
		const standing = standingOf([ENDED], TABLE);
		expect(nextAction(standing, TABLE)).toEqual({ type: "nothing" });
	});

	test.each<[string, readonly JournalRecord[]]>([
		['a step "other"', [{ type: "apply", step: "other", at }]],
		['"torn" after its end', [ENDED, ...records("torn")]],
	])(
		"a journal that has %s is another version's: it is refused, and no guess is made",
		(noted, journal) => {
			expect(() => standingOf(journal, TABLE)).toThrow(
				expect.objectContaining({
					code: "refused",
					message: expect.stringContaining(noted),
					suggestions: ["Use the version of regmigrate that wrote it."],
				}),
			);
		},
	);
});

describe("the way back", () => {
	test.each([
		["", true],
		["done prove", true],
		["done prove, torn", false],
		["apply open", false],
		["done open", false],
	])("after %j it is %j that there is one", (noted, expected) => {
		expect(canTurnBack(standingOf(records(noted), TABLE), TABLE)).toBe(
			expected,
		);
	});
});

describe("what has to be in force when another process goes on", () => {
	test.each([
		["", [], "turn back"],
		["apply look", [], "turn back"],
		["done prove", ["look", "change", "prove"], "turn back"],
		["apply open", [], "apply again"],
		["done prove, torn", [], "apply again"],
		["done open", ["open"], "apply again"],
		["done prove, back", [], "apply again"],
	])("after %j it is %j, or else: %s", (noted, names, otherwise) => {
		const { steps, ...then } = inForce(
			standingOf(records(noted), TABLE),
			TABLE,
		);
		expect(steps.map(({ name }) => name)).toEqual(names);
		expect(then).toEqual({ otherwise });
	});
});

describe("when a node takes writes in the middle of it", () => {
	const repeated = "apply prove, again, done change";
	test.each([
		["", undefined],
		["done look", undefined],
		["apply change", undefined],
		["apply prove", "change"],
		["done prove", "change"],
		[`${repeated}, apply prove`, "change"],
		[`${repeated}, ${repeated}, apply prove`, undefined],
		["done prove, torn", undefined],
		["apply open", undefined],
		["apply prove, back", undefined],
	])("after %j it is repeated from %j on", (noted, expected) => {
		expect(repeatFrom(records(noted), TABLE)?.name).toBe(expected);
	});

	test.each([
		["final pass", "read-only"],
		["verify the delta", "read-only"],
		["still", "read-only"],
		["switch", undefined],
		["canary", undefined],
		["still, once more", undefined],
		["read-write", undefined],
	])("in %s it is repeated from %j on", (step, expected) => {
		const record: JournalRecord = { type: "apply", step, at };
		expect(repeatFrom([record], STEPS)?.name).toBe(expected);
	});
});

test("the table reads like the procedure", () => {
	expect(STEPS.map(({ name }) => name)).toEqual([
		...["preflight", "rehearse", "witness", "pause collection", "catch up"],
		...["announce", "read-only", "final pass", "verify the delta", "still"],
		...["switch", "canary", "still, once more", "keep the base"],
		...["read-write", "announce the end", "confirm", "resume collection"],
		"fence the source",
	]);
	const final = STEPS.findIndex(({ undo }) => undo === "never");
	expect(STEPS[final]?.name).toBe("read-write");
	expect(STEPS.slice(final).every(({ undo }) => undo === "never")).toBe(true);
});
