import type { VerificationNote } from "../../verify/verification-notes.ts";
import type { JournalRecord } from "../course/journal-record.ts";
import { isRollbackOf } from "../rollback/decide-rollback.ts";
import { seenSince } from "./last-verification.ts";

/** What is known before an old source is deleted. What takes long to find out may come later. */
export interface RetirementFacts {
	/** What is noted of the cutover; `undefined`: nothing. */
	readonly records: readonly JournalRecord[] | undefined;
	/** What is noted of the last way back, which may have been after an earlier cutover; `undefined`: nothing. */
	readonly rollback: readonly JournalRecord[] | undefined;
	/** Whether what both sides had then is kept. */
	readonly hasBase: boolean;
	/** Identities of the stores that are named. */
	readonly source: string;
	readonly target: string;
	/** Milliseconds since 1970. */
	readonly now: number;
	/** How long the cutover has to be over (ms). */
	readonly afterMs: number;
	/** What is noted of verifications of the target. */
	readonly verifications: readonly VerificationNote[];
	/** Nodes whose configuration names the source. */
	readonly nodesOnSource: readonly string[];
	/** Why the source is no place to delete in, as a clause. */
	readonly oddity: string | undefined;
	/** What somebody has changed in the source since the registry left it, as a clause; `undefined`: nothing, as far as it was looked at. */
	readonly sourceChange?: string | undefined;
	/** What images at the target need and only the source has, as a clause; `undefined`: nothing, as far as it was looked at. */
	readonly neededOfSource?: string | undefined;
	/** Whether the target's blobs, or a sample of them, are what they should be now; `undefined`: they were not read yet. */
	readonly isSoundNow?: boolean | undefined;
}

/** Why an old source is not deleted. */
export interface RetirementRefusal {
	/** A clause. */
	readonly reason: string;
	/** Sentences. */
	readonly suggestions: readonly string[];
}

/**
 * What speaks against deleting an old source; `undefined`: nothing that is known so far. The first row that fits counts.
 *
 * | what is known                                        | then                        |
 * | ---------------------------------------------------- | --------------------------- |
 * | no cutover, one that has not ended, one undone       | refused                     |
 * | one from or to another store                         | refused                     |
 * | a rollback was begun after it, and not undone        | refused                     |
 * | the clock is before what is noted                    | refused: it cannot be right |
 * | it ended less than `afterMs` ago                     | refused                     |
 * | a verification since has found the target unsound    | refused                     |
 * | none since has found it sound                        | refused                     |
 * | nothing is kept of what both sides had               | refused                     |
 * | a node's configuration names the source              | refused                     |
 * | the source is the root, a home, or holds links       | refused                     |
 * | somebody has written in the source since             | refused                     |
 * | images at the target need what only the source has   | refused                     |
 * | blobs of the target are not sound now                | refused                     |
 * | none of these                                        | `undefined`                 |
 */
export function judgeRetirement(
	facts: RetirementFacts,
): RetirementRefusal | undefined {
	const { records, source, target, now, afterMs, nodesOnSource } = facts;
	const begun = records?.find((record) => record.type === "begun");
	const last = records?.at(-1);
	if (records === undefined || begun === undefined || last === undefined)
		return refusal(
			"no cutover of this registry is noted in this state directory",
		);
	if (last.type !== "ended") return refusal("its cutover has not ended");
	if (last.outcome === "undone")
		return refusal("its cutover has ended on the source, which is in use");
	if (begun.source !== source)
		return refusal(
			`the cutover was from ${begun.source}, which is not what is named`,
		);
	if (begun.target !== target)
		return refusal(
			`the cutover was to ${begun.target}, which is not what is named`,
		);
	const back = facts.rollback?.at(-1);
	const isUndone = back?.type === "ended" && back.outcome === "undone";
	if (isRollbackOf(begun, facts.rollback) && !isUndone)
		return refusal("a way back to it was begun");
	const latest = Math.max(
		...[...records, ...facts.verifications.map(endOf)].map(({ at }) =>
			Date.parse(at),
		),
	);
	if (now < latest)
		return refusal(
			`the clock of this machine is wrong: something is noted for ${new Date(latest).toISOString()}`,
		);
	const endedAt = Date.parse(last.at);
	if (now - endedAt < afterMs)
		return refusal(
			`its cutover ended ${days(now - endedAt)} ago, and ${days(afterMs)} have to pass`,
		);
	const seen = seenSince(facts.verifications, { source, endedAt });
	if (seen === "unsound")
		return refusal(
			"when the target was verified last, blobs there were corrupt, or could not be read",
			"Push anew, or put in place from another copy, what regmigrate verify names, until it is clean.",
		);
	if (seen === "never")
		return refusal(
			"no clean verification of the target since the cutover is noted in this state directory",
			"Run regmigrate verify TARGET --digests 5%, with the same --state-directory.",
		);
	if (!facts.hasBase)
		return refusal(
			"it is not kept what it was when the registry left it, so nobody can tell whether somebody has written there since",
		);
	if (nodesOnSource.length > 0)
		return refusal(`${nodesOnSource.join(" and ")} is configured to it`);
	if (facts.oddity !== undefined) return refusal(facts.oddity);
	if (facts.sourceChange !== undefined)
		return refusal(
			`somebody has written there since the registry left it: ${facts.sourceChange}`,
		);
	if (facts.neededOfSource !== undefined)
		return refusal(
			`images at the target are not whole: ${facts.neededOfSource}`,
			"Put it into the target under the same key, or push the image anew; and find out who has deleted it there, such as a lifecycle rule of the bucket.",
		);
	if (facts.isSoundNow === false)
		return refusal("what the registry has at the target is not sound");
	return undefined;
}

function refusal(
	reason: string,
	...suggestions: readonly string[]
): RetirementRefusal {
	return { reason, suggestions };
}

function endOf({ endedAt: at }: VerificationNote) {
	return { at };
}

function days(ms: number): string {
	return `${Math.floor(ms / DAY_MS)} days`;
}

const DAY_MS = 86_400_000;
