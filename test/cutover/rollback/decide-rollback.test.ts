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
		"refuse",
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

test("a cutover waits for a rollback that has not ended", () => {
	refuseDuringRollback(undefined);
	refuseDuringRollback([]);
	refuseDuringRollback(journal("a-back", ended("undone")));
	expect(() => refuseDuringRollback(journal("a-back"))).toThrow(
		/has not ended/,
	);
});

const done = journal("a", ended("done"));
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
	["one after the way back", done, rolledBack, "s", "t", false],
	["the same once more", done, undefined, "s", "t", true],
	[
		"the same after a rollback that failed",
		done,
		journal("a-back", ended("undone")),
		"s",
		"t",
		true,
	],
	["from the old source elsewhere", done, undefined, "s", "u", true],
	["with source and target swapped", done, undefined, "t", "s", true],
	["from where it is to a third place", done, undefined, "t", "u", false],
])("a cutover, %s", (_, cutover, rollback, source, target, isRefused) => {
	const begin = () =>
		refuseAfterCutover({ cutover, rollback }, { source, target }, "/j");
	if (isRefused) expect(begin).toThrow(/was cut over already, from s to t/);
	else begin();
});
