import { expect, test } from "vitest";
import type { JournalRecord } from "../../../src/cutover/course/journal-record.ts";
import {
	judgeRetirement,
	type RetirementFacts,
} from "../../../src/cutover/retire/judge-retirement.ts";

const at = "2026-01-01T00:00:00.000Z";
const DAY = 86_400_000;
const begun: JournalRecord = {
	...{ type: "begun", id: "1", operator: "me@here", at },
	...{ source: "file:///old/", target: "s3://new/" },
};
const done: JournalRecord = { type: "ended", outcome: "done", at };
const RIGHT: RetirementFacts = {
	records: [begun, done],
	...{ rollback: undefined, hasBase: true, nodesOnSource: [] },
	...{ source: "file:///old/", target: "s3://new/", oddity: undefined },
	...{ now: Date.parse(at) + 14 * DAY, afterMs: 14 * DAY },
};

test("what is over for long enough, and nobody uses, is deleted", () => {
	expect(judgeRetirement(RIGHT)).toBeUndefined();
});

test("so it is when the way back that is noted was after an earlier cutover", () => {
	const rollback: JournalRecord[] = [{ ...begun, id: "0-back" }, done];
	expect(judgeRetirement({ ...RIGHT, rollback })).toBeUndefined();
});

test.each<[string, Partial<RetirementFacts>]>([
	["no cutover of this registry", { records: undefined }],
	["no cutover of this registry", { records: [] }],
	["has not ended", { records: [begun] }],
	["on the source", { records: [begun, { ...done, outcome: "undone" }] }],
	["was from file:///old/", { source: "file:///other/" }],
	["was to s3://new/", { target: "s3://other/" }],
	["a way back", { rollback: [{ ...begun, id: "1-back" }] }],
	["the clock of this machine", { now: Date.parse(at) - 1 }],
	["13 days ago", { now: Date.parse(at) + 14 * DAY - 1 }],
	["nobody can tell", { hasBase: false }],
	["a and b is configured to it", { nodesOnSource: ["a", "b"] }],
	["it is odd", { oddity: "it is odd" }],
])("it is not where %j", (reason, facts) => {
	expect(judgeRetirement({ ...RIGHT, ...facts })).toContain(reason);
});
