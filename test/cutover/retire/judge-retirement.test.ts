import { expect, test } from "vitest";
import type { JournalRecord } from "../../../src/cutover/course/journal-record.ts";
import {
	judgeRetirement,
	type RetirementFacts,
} from "../../../src/cutover/retire/judge-retirement.ts";
import type { VerificationNote } from "../../../src/verify/verification-notes.ts";

const at = "2026-01-01T00:00:00.000Z";
const DAY = 86_400_000;
const begun: JournalRecord = {
	...{ type: "begun", id: "1", operator: "me@here", at },
	...{ source: "file:///old/", target: "s3://new/" },
};
const done: JournalRecord = { type: "ended", outcome: "done", at };
const undone: JournalRecord = { ...done, outcome: "undone" };
const CLEAN: VerificationNote = {
	...{ target: "s3://new/", beganAt: at, endedAt: at },
	digests: { share: 0.05, read: 1, findings: 0 },
};
const UNSOUND = { ...CLEAN, digests: { share: 1, read: 9, findings: 1 } };
const RIGHT: RetirementFacts = {
	records: [begun, done],
	...{ rollback: undefined, hasBase: true, nodesOnSource: [] },
	...{ source: "file:///old/", target: "s3://new/", oddity: undefined },
	...{ now: Date.parse(at) + 14 * DAY, afterMs: 14 * DAY },
	...{ verifications: [CLEAN], sourceChange: undefined, isSoundNow: true },
};

test.each<[string, Partial<RetirementFacts>]>([
	["is over for long enough, was verified, and nobody uses", {}],
	[
		"so, with a way back after an earlier cutover",
		{ rollback: [{ ...begun, id: "0-back" }, done] },
	],
	[
		"so, with a way back that was refused, or undone",
		{ rollback: [{ ...begun, id: "1-back" }, undone] },
	],
	["so, as far as it was looked at", { isSoundNow: undefined }],
])("what %s is deleted", (_, facts) => {
	expect(judgeRetirement({ ...RIGHT, ...facts })).toBeUndefined();
});

test.each<[string, Partial<RetirementFacts>]>([
	["no cutover of this registry", { records: undefined }],
	["no cutover of this registry", { records: [] }],
	["has not ended", { records: [begun] }],
	["on the source", { records: [begun, undone] }],
	["was from file:///old/", { source: "file:///other/" }],
	["was to s3://new/", { target: "s3://other/" }],
	["a way back", { rollback: [{ ...begun, id: "1-back" }] }],
	["a way back", { rollback: [{ ...begun, id: "1-back" }, done] }],
	["the clock of this machine", { now: Date.parse(at) - 1 }],
	[
		"the clock of this machine",
		{ verifications: [{ ...CLEAN, endedAt: "2026-02-01T00:00:00.000Z" }] },
	],
	["13 days ago", { now: Date.parse(at) + 14 * DAY - 1 }],
	["verified last, blobs", { verifications: [CLEAN, UNSOUND] }],
	["no clean verification", { verifications: [] }],
	["nobody can tell", { hasBase: false }],
	["a and b is configured to it", { nodesOnSource: ["a", "b"] }],
	["it is odd", { oddity: "it is odd" }],
	["a/link has gone", { sourceChange: "a/link has gone" }],
	["not whole: a needs b", { neededOfSource: "a needs b" }],
	["is not sound", { isSoundNow: false }],
])("it is not where %j", (reason, facts) => {
	const refusal = judgeRetirement({ ...RIGHT, ...facts });
	expect(refusal?.reason).toContain(reason);
});
