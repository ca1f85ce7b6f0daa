import type { JournalRecord } from "../course/journal-record.ts";
import { isRollbackOf } from "../rollback/decide-rollback.ts";

/** What is known before an old source is deleted. */
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
	/** Nodes whose configuration names the source. */
	readonly nodesOnSource: readonly string[];
	/** Why the source is no place to delete in, as a clause. */
	readonly oddity: string | undefined;
}

/**
 * Why an old source is not deleted, as a clause; `undefined`: nothing that is known so far is against it. The first row that
 * fits counts.
 *
 * | what is known                                        | then                        |
 * | ---------------------------------------------------- | --------------------------- |
 * | no cutover, one that has not ended, one undone       | refused                     |
 * | one from or to another store                         | refused                     |
 * | a rollback was begun after it                        | refused                     |
 * | the clock is before what is noted                    | refused: it cannot be right |
 * | it ended less than `afterMs` ago                     | refused                     |
 * | nothing is kept of what both sides had               | refused                     |
 * | a node's configuration names the source              | refused                     |
 * | the source is the root, a home, or holds links       | refused                     |
 * | none of these                                        | `undefined`                 |
 */
export function judgeRetirement(facts: RetirementFacts): string | undefined {
	const { records, source, target, now, afterMs, nodesOnSource } = facts;
	const begun = records?.find((record) => record.type === "begun");
	const last = records?.at(-1);
	if (records === undefined || begun === undefined || last === undefined)
		return "no cutover of this registry is noted in this state directory";
	if (last.type !== "ended") return "its cutover has not ended";
	if (last.outcome === "undone")
		return "its cutover has ended on the source, which is in use";
	if (begun.source !== source)
		return `the cutover was from ${begun.source}, which is not what is named`;
	if (begun.target !== target)
		return `the cutover was to ${begun.target}, which is not what is named`;
	if (isRollbackOf(begun, facts.rollback)) return "a way back to it was begun";
	const latest = Math.max(...records.map(({ at }) => Date.parse(at)));
	if (now < latest)
		return `the clock of this machine is wrong: something is noted for ${new Date(latest).toISOString()}`;
	const days = (ms: number) => `${Math.floor(ms / DAY_MS)} days`;
	const past = now - Date.parse(last.at);
	if (past < afterMs)
		return `its cutover ended ${days(past)} ago, and ${days(afterMs)} have to pass`;
	if (!facts.hasBase)
		return "it is not kept what it was when the registry left it, so nobody can tell whether somebody has written there since";
	if (nodesOnSource.length > 0)
		return `${nodesOnSource.join(" and ")} is configured to it`;
	return facts.oddity;
}

const DAY_MS = 86_400_000;
