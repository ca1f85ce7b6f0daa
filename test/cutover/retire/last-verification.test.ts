import { expect, test } from "vitest";
import {
	type SeenSince,
	seenSince,
} from "../../../src/cutover/retire/last-verification.ts";
import type { VerificationNote } from "../../../src/verify/verification-notes.ts";

const [BEFORE, ENDED, LATER] = [
	"2026-01-01T00:00:00.000Z",
	"2026-01-01T01:00:00.000Z",
	"2026-01-08T00:00:00.000Z",
];
const NOTE = { target: "s3://new/", beganAt: LATER, endedAt: LATER };
const SOUND: VerificationNote = {
	...NOTE,
	digests: { share: 0.05, read: 1, findings: 0 },
};
const UNSOUND: VerificationNote = {
	...NOTE,
	digests: { share: 0.001, read: 1, findings: 1 },
};
const SAME: VerificationNote = {
	...NOTE,
	...{ source: "file:///old/", isEqual: true },
};

test.each<[string, readonly VerificationNote[], SeenSince]>([
	["nothing is noted", [], "never"],
	["one was begun in the cutover", [{ ...SOUND, beganAt: BEFORE }], "never"],
	["one was begun when it had ended", [{ ...SOUND, beganAt: ENDED }], "sound"],
	["blobs were found corrupt", [UNSOUND], "unsound"],
	[
		"so, where all keys are the same",
		[{ ...UNSOUND, ...SAME, digests: UNSOUND.digests }],
		"unsound",
	],
	["a sample was read", [SOUND], "sound"],
	[
		"a smaller one was",
		[{ ...SOUND, digests: { share: 0.049, read: 9, findings: 0 } }],
		"never",
	],
	[
		"no blob was of the sample",
		[{ ...SOUND, digests: { share: 0.05, read: 0, findings: 0 } }],
		"never",
	],
	["all is the same as in the source", [SAME], "sound"],
	["it differs from it", [{ ...SAME, isEqual: false }], "never"],
	[
		"it is the same as another",
		[{ ...SAME, source: "file:///other/" }],
		"never",
	],
	[
		"it differs, and a sample was read",
		[{ ...SAME, ...SOUND, isEqual: false }],
		"sound",
	],
	["it was mended since", [UNSOUND, SOUND], "sound"],
	["it was damaged since", [SOUND, UNSOUND], "unsound"],
	["a later one says nothing", [SOUND, { ...SAME, isEqual: false }], "sound"],
])("where %s, the target is seen so", (_, notes, seen) => {
	const cutover = { source: "file:///old/", endedAt: Date.parse(ENDED ?? "") };
	expect(seenSince(notes, cutover)).toBe(seen);
});
