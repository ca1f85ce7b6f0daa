import { appendFileSync, readdirSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
	notedVerifications,
	noteVerification,
	type VerificationNote,
} from "../../src/verify/verification-notes.ts";
import { temporaryFolder } from "../cli/folders.ts";

const NOTE: VerificationNote = {
	target: "s3://new/",
	beganAt: "2026-01-01T00:00:00.000Z",
	endedAt: "2026-01-01T00:01:00.000Z",
	digests: { share: 0.05, read: 7, findings: 0 },
};
const COMPARED: VerificationNote = {
	...{ source: "file:///old/", target: "s3://new/", isEqual: false },
	...{ beganAt: NOTE.beganAt, endedAt: NOTE.endedAt, lastPass: "one 3" },
};

test("what is noted of a target is read in its order, and of no other", () => {
	const directory = join(temporaryFolder(), "not", "there yet");
	expect(notedVerifications(directory, "s3://new/")).toEqual([]);
	for (const note of [NOTE, COMPARED, { ...NOTE, target: "s3://other/" }])
		noteVerification(directory, note);
	expect(notedVerifications(directory, "s3://new/")).toEqual([NOTE, COMPARED]);
	for (const name of readdirSync(directory))
		expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
});

test("a note that was torn, or is another version's, is none, and takes no other with it", () => {
	const directory = temporaryFolder();
	noteVerification(directory, NOTE);
	const [name = ""] = readdirSync(directory);
	appendFileSync(join(directory, name), '\n{"target":"s3://new/","new":1}');
	noteVerification(directory, NOTE);
	truncateSync(join(directory, name), statSync(join(directory, name)).size - 9);
	noteVerification(directory, COMPARED);
	expect(notedVerifications(directory, "s3://new/")).toEqual([NOTE, COMPARED]);
});
