import { expect, test } from "vitest";
import type { JournalRecord } from "../../../src/cutover/course/journal-record.ts";
import { unfinishedIn } from "../../../src/cutover/course/unfinished.ts";

const at = "2026-01-31T00:00:00.000Z";
const BEGUN: JournalRecord = {
	type: "begun",
	id: "0123456789abcdef",
	operator: "somebody@host",
	source: "file:///srv/registry/",
	target: "s3://bucket/",
	at,
};
const APPLY: JournalRecord = { type: "apply", step: "canary", at: "later" };
const TURN: JournalRecord = { type: "turn-back", reason: "a reason", at };
const TORN: JournalRecord = { type: "torn", at };

test.each<[string, readonly JournalRecord[], string]>([
	["begun", [BEGUN], "none of its steps was begun"],
	["apply", [BEGUN, APPLY], 'it is in the step "canary"'],
	[
		"done",
		[BEGUN, APPLY, { ...APPLY, type: "done" }],
		'its step "canary" is done',
	],
	[
		"repeat",
		[BEGUN, APPLY, { type: "repeat", step: "final pass", reason: "one", at }],
		'it is in the step "final pass"',
	],
	[
		"turn-back",
		[BEGUN, APPLY, TURN],
		"it is going back, and nothing is undone yet",
	],
	[
		"undo",
		[BEGUN, APPLY, TURN, { ...APPLY, type: "undo" }],
		'it is going back, in the step "canary"',
	],
	[
		"undone",
		[BEGUN, APPLY, TURN, { ...APPLY, type: "undone" }],
		'it is going back, and its step "canary" is undone',
	],
	["torn", [BEGUN, APPLY, TORN], 'it is in the step "canary"'],
	["torn, at once", [BEGUN, TORN], "none of its steps was begun"],
])("after %s it is unfinished", (_last, records, progress) => {
	expect(unfinishedIn(records)).toEqual({
		operator: "somebody@host",
		since: at,
		progress,
	});
});

test.each<[string, readonly JournalRecord[]]>([
	["nothing", []],
	["torn alone", [TORN]],
	["ended", [BEGUN, APPLY, { type: "ended", outcome: "done", at }]],
	["ended, undone", [BEGUN, APPLY, { type: "ended", outcome: "undone", at }]],
])("after %s nothing is unfinished", (_last, records) => {
	expect(unfinishedIn(records)).toBeUndefined();
});
