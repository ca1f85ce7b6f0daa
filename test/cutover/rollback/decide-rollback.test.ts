import { expect, test } from "vitest";
import type { JournalRecord } from "../../../src/cutover/course/journal-record.ts";
import {
	decideRollback,
	refuseAfterCutover,
	refuseDuringRollback,
} from "../../../src/cutover/rollback/decide-rollback.ts";

const at = "2026-01-01T00:00:00.000Z";

function journal(
	id: string,
	...rest: readonly JournalRecord[]
): readonly JournalRecord[] {
	const names = { operator: "o@h", source: "s", target: "t" };
	return [{ type: "begun", id, ...names, at }, ...rest];
}

const apply = (step: string): JournalRecord => ({ type: "apply", step, at });
const done = (step: string): JournalRecord => ({ type: "done", step, at });
const ended = (outcome: "done" | "undone"): JournalRecord => ({
	type: "ended",
	outcome,
	at,
});
const database: JournalRecord = {
	...{ type: "database", nodes: [], at },
	...{ acknowledgedBy: "o@h", acknowledged: "flag" },
};
const back: JournalRecord = { type: "turn-back", reason: "r", at };

test.each<
	[
		name: string,
		cutover: readonly JournalRecord[] | undefined,
		rollback: readonly JournalRecord[] | undefined,
		expected: string,
	]
>([
	["no cutover", undefined, undefined, "refuse"],
	["an empty journal", [], undefined, "refuse"],
	["one that was undone", journal("a", ended("undone")), undefined, "refuse"],
	["one that has just begun", journal("a"), undefined, "turn-back"],
	[
		"one before read-write",
		journal("a", apply("canary")),
		undefined,
		"turn-back",
	],
	[
		"one that goes back",
		journal("a", apply("canary"), back),
		undefined,
		"turn-back",
	],
	[
		"one that was left in read-write",
		journal("a", apply("read-write")),
		undefined,
		"merge",
	],
	["one that is done", journal("a", ended("done")), undefined, "merge"],
	[
		"one with a metadata database, that is done",
		journal("a", database, ended("done")),
		undefined,
		"merge",
	],
	[
		"one with a metadata database, before read-write",
		journal("a", database, apply("canary")),
		undefined,
		"turn-back",
	],
	[
		"one whose rollback failed",
		journal("a", ended("done")),
		journal("a-back", ended("undone")),
		"merge",
	],
	[
		"one that was rolled back",
		journal("a", ended("done")),
		journal("a-back", ended("done")),
		"refuse",
	],
	[
		"one after another that was rolled back",
		journal("b", ended("done")),
		journal("a-back", ended("done")),
		"merge",
	],
])("of %s", (_, cutover, rollback, expected) => {
	expect(decideRollback({ cutover, rollback }).type).toBe(expected);
});

test.each<
	[
		name: string,
		rest: readonly JournalRecord[],
		isHalfWay: boolean,
		isConfirmed: boolean,
	]
>([
	["in read-write", [apply("read-write")], true, false],
	["in confirm", [apply("read-write"), apply("confirm")], true, false],
	["after confirm", [apply("confirm"), done("confirm")], true, true],
	["at its end", [done("confirm"), ended("done")], false, true],
	[
		"that a rollback has ended, which goes on",
		[apply("read-write"), ended("done")],
		false,
		false,
	],
])(
	"of a cutover with a metadata database, %s, tells what it has left",
	(_, rest, isHalfWay, isConfirmed) => {
		const cutover = journal("a", database, ...rest);
		expect(decideRollback({ cutover, rollback: undefined })).toMatchObject({
			...{ type: "merge", isHalfWay, isConfirmed, database },
		});
	},
);

test("a cutover waits for a rollback that has not ended", () => {
	refuseDuringRollback(undefined);
	refuseDuringRollback([]);
	refuseDuringRollback(journal("a-back", ended("undone")));
	expect(() => refuseDuringRollback(journal("a-back"))).toThrow(
		/has not ended/,
	);
});

const cutOver = journal("a", ended("done"));
const rolledBack = journal("a-back", ended("done"));

test.each<
	[
		name: string,
		cutover: readonly JournalRecord[] | undefined,
		rollback: readonly JournalRecord[] | undefined,
		from: string,
		to: string,
		isRefused: boolean,
	]
>([
	["the first", undefined, undefined, "s", "t", false],
	["an unfinished one", journal("a"), undefined, "s", "t", false],
	[
		"one half-way",
		journal("a", apply("read-write")),
		undefined,
		"s",
		"t",
		false,
	],
	[
		"one after an undone one",
		journal("a", ended("undone")),
		undefined,
		"s",
		"t",
		false,
	],
	["one after the way back", cutOver, rolledBack, "s", "t", false],
	["the same once more", cutOver, undefined, "s", "t", true],
	[
		"the same after a rollback that failed",
		cutOver,
		journal("a-back", ended("undone")),
		"s",
		"t",
		true,
	],
	["from the old source elsewhere", cutOver, undefined, "s", "u", true],
	["with source and target swapped", cutOver, undefined, "t", "s", true],
	["from where it is to a third place", cutOver, undefined, "t", "u", false],
])("a cutover, %s", (_, cutover, rollback, source, target, isRefused) => {
	const begin = () =>
		refuseAfterCutover(
			{ cutover, rollback, isRetired: false },
			{ source, target },
			"/j",
		);
	if (isRefused) expect(begin).toThrow(/was cut over already, from s to t/);
	else begin();
});

test("what is retired may be moved to again, by a cutover from where the registry is", () => {
	const noted = { cutover: cutOver, rollback: undefined, isRetired: true };
	const begin = (source: string, target: string) =>
		refuseAfterCutover(noted, { source, target }, "/j");
	begin("t", "s");
	begin("t", "u");
	expect(() => begin("s", "t")).toThrow(
		expect.objectContaining({
			suggestions: expect.arrayContaining([
				expect.stringContaining("moved on from t only"),
			]),
		}),
	);
});
