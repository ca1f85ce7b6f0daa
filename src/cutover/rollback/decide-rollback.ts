import { ACTS } from "../acts.ts";
import type {
	BegunRecord,
	DatabaseRecord,
	JournalRecord,
} from "../course/journal-record.ts";
import { canTurnBack, standingOf } from "../course/standing.ts";
import { CutoverError } from "../cutover-error.ts";
import { STEPS } from "../steps.ts";

/** What a rollback has to do. */
export type RollbackDecision =
	/** The cutover has not passed the point of no return: it goes back by itself. */
	| { readonly type: "turn-back" }
	/** Merge back what was done since. */
	| {
			readonly type: "merge";
			readonly cutover: BegunRecord;
			/** Whether the cutover has not ended. */
			readonly isHalfWay: boolean;
			/** Whether the registry was used as clients do, by the cutover: what it had pushed for its proofs is gone then. */
			readonly isConfirmed: boolean;
			/** What was found of its metadata database; `undefined`: there is none. */
			readonly database: DatabaseRecord | undefined;
	  }
	/** A clause that says why it cannot be rolled back; what to do: default, name what the cutover was given. */
	| {
			readonly type: "refuse";
			readonly reason: string;
			readonly suggestions?: readonly string[] | undefined;
	  };

export type MergeDecision = Extract<RollbackDecision, { type: "merge" }>;

/** The step of a cutover that uses the registry as clients do, and then removes what was pushed for the proofs. */
const CONFIRM = STEPS.find(({ apply }) => apply === ACTS.confirm.apply)?.name;

/** What is noted of a registry; `undefined`: there is no such journal. */
interface NotedCourses {
	readonly cutover: readonly JournalRecord[] | undefined;
	readonly rollback: readonly JournalRecord[] | undefined;
}

/**
 * | the cutover                            | its rollback   | then      |
 * | -------------------------------------- | -------------- | --------- |
 * | there is none                          | -              | refuse    |
 * | has ended, undone                      | -              | refuse    |
 * | goes back, or can                      | -              | turn back |
 * | is past the point of no return, or done | ended, done   | refuse: it was rolled back already |
 * | so                                     | anything else  | merge     |
 */
export function decideRollback({
	cutover,
	rollback,
}: NotedCourses): RollbackDecision {
	const [begun] = cutover ?? [];
	if (cutover === undefined || begun?.type !== "begun")
		return { type: "refuse", reason: "no cutover of it is known here" };
	const standing = standingOf(cutover, STEPS);
	if (standing.direction === "ended" && standing.outcome === "undone")
		return {
			type: "refuse",
			reason: "its cutover went back already: it is on the source",
			suggestions: [],
		};
	if (standing.direction === "back" || canTurnBack(standing, STEPS))
		return { type: "turn-back" };
	const last = rollback?.at(-1);
	const isRolledBack =
		isRollbackOf(begun, rollback) &&
		last?.type === "ended" &&
		last.outcome === "done";
	if (isRolledBack)
		return {
			type: "refuse",
			reason: "its cutover was rolled back already: it is on the source",
			suggestions: [],
		};
	return {
		...{ type: "merge", cutover: begun },
		isHalfWay: standing.direction !== "ended",
		// One that its rollback has ended may not have come to that.
		isConfirmed: cutover.some(
			(noted) => noted.type === "done" && noted.step === CONFIRM,
		),
		database: cutover.find((noted) => noted.type === "database"),
	};
}

/** The id of a cutover's rollback: the same for each attempt. */
export function rollbackId({ id }: Pick<BegunRecord, "id">): string {
	return `${id}-back`;
}

/** Whether a journal is that of a way back after this cutover, and not after an earlier one. */
export function isRollbackOf(
	cutover: Pick<BegunRecord, "id">,
	rollback: readonly JournalRecord[] | undefined,
): boolean {
	const [first] = rollback ?? [];
	return first?.type === "begun" && first.id === rollbackId(cutover);
}

/** Refuses, by a `CutoverError`, to begin or go on with a cutover while a rollback has not ended. */
export function refuseDuringRollback(
	rollback: readonly JournalRecord[] | undefined,
): void {
	const last = rollback?.at(-1);
	if (last === undefined || last.type === "ended") return;
	throw new CutoverError(
		"refused",
		"A rollback of this registry was begun, and has not ended. Nothing was changed",
		{ suggestions: ["Run rollback again: it goes on, or goes back."] },
	);
}

/**
 * Refuses, by a `CutoverError`, to begin a cutover where one has ended on its target, and was not rolled back: its journal would
 * be put aside, and the way back with it. Only a cutover from where the registry is now, to somewhere else again, may be begun;
 * to where it was, too, when that was retired, for nothing leads back there any more. `journalPath` is where it is noted.
 */
export function refuseAfterCutover(
	noted: NotedCourses & { readonly isRetired: boolean },
	named: Pick<BegunRecord, "source" | "target">,
	journalPath: string,
): void {
	const [begun] = noted.cutover ?? [];
	if (begun?.type !== "begun" || noted.cutover?.at(-1)?.type !== "ended")
		return;
	if (decideRollback(noted).type !== "merge") return;
	const { isRetired } = noted;
	const movesOn =
		named.source === begun.target &&
		(isRetired || named.target !== begun.source);
	if (movesOn) return;
	throw new CutoverError(
		"refused",
		`The registry was cut over already, from ${begun.source} to ${begun.target} (begun by ${begun.operator}, ${begun.at}). Nothing was changed`,
		{
			suggestions: [
				isRetired
					? `Its old source was retired: it can be moved on from ${begun.target} only.`
					: "The way back is regmigrate rollback; regmigrate status tells of the cutover.",
				`If the registry was brought back to ${begun.source} by other means, move ${journalPath} elsewhere: that gives up the way back by rollback.`,
			],
		},
	);
}
