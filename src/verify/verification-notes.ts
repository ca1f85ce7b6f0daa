import { createHash } from "node:crypto";
import {
	closeSync,
	existsSync,
	fsyncSync,
	openSync,
	readFileSync,
	writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { makePrivateDirectory } from "../state/private-directory.ts";
import { syncPath } from "../state/rename-durably.ts";

const NOTE = v.object({
	/** Identity of the store that the target was compared with; absent: with none. */
	source: v.optional(v.string()),
	/** Identity of the store that was verified. */
	target: v.string(),
	/** ISO 8601, UTC. */
	beganAt: v.pipe(v.string(), v.isoTimestamp()),
	endedAt: v.pipe(v.string(), v.isoTimestamp()),
	/** Whether all keys, sizes and link contents were the same; absent: they were not compared. */
	isEqual: v.optional(v.boolean()),
	/** The pass that had written to the target last, by its marker (`lastPassOf`). */
	lastPass: v.optional(v.string()),
	/** The blobs of the target that were read back; absent: none was to be. */
	digests: v.optional(
		v.object({
			/** From 0 to 1. */
			share: v.number(),
			/** How many of them. */
			read: v.number(),
			/** Corrupt ones, and what could not be looked at. */
			findings: v.number(),
		}),
	),
});

/** How a verification came out, for commands that go by it later. Plain data. */
export type VerificationNote = v.InferOutput<typeof NOTE>;

/**
 * Notes how a verification came out. When it returns, that outlives a power cut. Throws what Node throws where it cannot be
 * noted.
 */
export function noteVerification(
	stateDirectory: string,
	note: VerificationNote,
): void {
	const path = notesPath(stateDirectory, note.target);
	makePrivateDirectory(stateDirectory);
	const isFirst = !existsSync(path);
	const file = openSync(path, "a", 0o600);
	try {
		// On a line of its own, whatever the one before it was torn to; at once, for others may note something, too.
		writeSync(file, `\n${JSON.stringify(note)}`);
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
	if (isFirst) syncPath(dirname(path));
}

/**
 * All that is noted of a target, by its identity, in the order in which it was. A line that is torn, or another version's, is
 * passed over. Throws what Node throws where there is something that cannot be read.
 */
export function notedVerifications(
	stateDirectory: string,
	target: string,
): readonly VerificationNote[] {
	const path = notesPath(stateDirectory, target);
	if (!existsSync(path)) return [];
	return readFileSync(path, "utf8")
		.split("\n")
		.flatMap((line) => {
			const parsed = v.safeParse(NOTE, parsedJson(line));
			return parsed.success && parsed.output.target === target
				? [parsed.output]
				: [];
		});
}

function notesPath(stateDirectory: string, target: string): string {
	const hash = createHash("sha256").update(target).digest("hex");
	return join(stateDirectory, `verified-${hash.slice(0, 16)}`);
}

function parsedJson(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
}
