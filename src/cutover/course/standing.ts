import { CutoverError } from "../cutover-error.ts";
import type { JournalRecord, Outcome } from "./journal-record.ts";
import type { Step } from "./step.ts";

/** What is known of a step to decide what comes next. */
export type StepShape = Pick<
	Step<never>,
	"name" | "undo" | "window" | "isAside"
>;

/** How far it is. `step` is a place in the table; -1: before its first. */
export type Standing =
	| {
			readonly direction: "forward";
			readonly step: number;
			/** Whether it is done; otherwise it was begun, and nobody knows how far it came. */
			readonly isDone: boolean;
	  }
	| {
			readonly direction: "back";
			/** All after it are undone; it may be partly. */
			readonly step: number;
			readonly reason: string;
	  }
	| { readonly direction: "ended"; readonly outcome: Outcome };

/** What comes next. */
export type Action =
	| { readonly type: "apply"; readonly step: number }
	| { readonly type: "undo"; readonly step: number }
	| { readonly type: "end"; readonly outcome: Outcome }
	| { readonly type: "nothing" };

/** How far a cutover is, by what was noted. Throws a `CutoverError` (`refused`) for a journal of other steps than these. */
export function standingOf(
	records: readonly JournalRecord[],
	steps: readonly StepShape[],
): Standing {
	let standing: Standing = { direction: "forward", step: -1, isDone: true };
	for (const record of records) standing = after(standing, record, steps);
	return standing;
}

/**
 * | direction | record          | then                                                                      |
 * | --------- | --------------- | ------------------------------------------------------------------------- |
 * | any       | begun, database | as it was: it says only what it is, and what was found                    |
 * | forward   | apply, repeat   | forward, at that step, begun                                              |
 * | forward   | done            | forward, at that step, done                                               |
 * | forward, at a step that is done | torn | as if the next one had been begun: it was its intent, or came to nothing |
 * | forward, at one that was begun, or the last | torn | as it was                                          |
 * | forward   | turn-back       | back, at the step that was begun last                                     |
 * | back      | undo, torn      | as it was                                                                 |
 * | back      | undone          | back, at the step before that one                                         |
 * | forward, back | ended       | ended                                                                     |
 * | ended     | anything        | refused: another version's                                                |
 */
function after(
	standing: Standing,
	record: JournalRecord,
	steps: readonly StepShape[],
): Standing {
	const at = (name: string) => {
		const step = steps.findIndex((one) => one.name === name);
		if (step === -1)
			throw another(`a step "${name}", which this version does not know`);
		return step;
	};
	if (record.type === "ended")
		return { direction: "ended", outcome: record.outcome };
	if (standing.direction === "ended")
		throw another(`"${record.type}" after its end`);
	switch (record.type) {
		case "begun":
		case "database":
		case "undo":
			return standing;
		case "apply":
		case "repeat":
			return { direction: "forward", step: at(record.step), isDone: false };
		case "done":
			return { direction: "forward", step: at(record.step), isDone: true };
		case "torn":
			return standing.direction === "forward" &&
				standing.isDone &&
				standing.step + 1 < steps.length
				? { direction: "forward", step: standing.step + 1, isDone: false }
				: standing;
		case "turn-back":
			return { direction: "back", step: standing.step, reason: record.reason };
		case "undone":
			return standing.direction === "back"
				? { ...standing, step: at(record.step) - 1 }
				: standing;
		default:
			return record satisfies never;
	}
}

/** What is noted is another version's. */
function another(noted: string): CutoverError {
	return new CutoverError(
		"refused",
		`Nothing was changed: how far it is cannot be told from its journal, which has ${noted}`,
		{ suggestions: ["Use the version of regmigrate that wrote it."] },
	);
}

/**
 * | direction | at                         | then                                  |
 * | --------- | -------------------------- | ------------------------------------- |
 * | forward   | a step that was begun      | apply it, again                       |
 * | forward   | a step that is done        | apply the next one                    |
 * | forward   | the last step, done        | end, done                             |
 * | back      | a step that can be undone  | undo it                               |
 * | back      | one with nothing to undo   | as of the nearest before it that has  |
 * | back      | none is left               | end, all undone                       |
 * | ended     | -                          | nothing                               |
 */
export function nextAction(
	standing: Standing,
	steps: readonly StepShape[],
): Action {
	switch (standing.direction) {
		case "ended":
			return { type: "nothing" };
		case "forward": {
			const step = standing.isDone ? standing.step + 1 : standing.step;
			return step < steps.length
				? { type: "apply", step }
				: { type: "end", outcome: "done" };
		}
		case "back": {
			const step = steps
				.slice(0, standing.step + 1)
				.findLastIndex(({ undo }) => undo !== "nothing");
			return step === -1
				? { type: "end", outcome: "undone" }
				: { type: "undo", step };
		}
		default:
			return standing satisfies never;
	}
}

/**
 * Whether there is a way back. Not once a step has been begun that can never be undone: its intent alone forbids it.
 */
export function canTurnBack(
	standing: Standing,
	steps: readonly StepShape[],
): boolean {
	return (
		standing.direction === "forward" &&
		steps.slice(0, standing.step + 1).every(({ undo }) => undo !== "never")
	);
}

/** What another process has done that has to be in force still when this one goes on, and what follows where it is not. */
interface InForce<S> {
	readonly steps: readonly S[];
	readonly otherwise: "turn back" | "apply again";
}

/**
 * | direction | the way back | of the steps that are done, these    | where one is no longer in force       |
 * | --------- | ------------ | ------------------------------------ | ------------------------------------- |
 * | forward   | open         | all: what was proven rests on them   | turn back                             |
 * | forward   | closed       | those that are never undone          | apply all again, from that step on    |
 * | another   | -            | none: what is undone is undone again | -                                     |
 *
 * To apply it again is safe, for it refuses what is not: to let a node take writes that is on the other storage by now.
 */
export function inForce<S extends StepShape>(
	standing: Standing,
	steps: readonly S[],
): InForce<S> {
	if (standing.direction !== "forward")
		return { steps: [], otherwise: "apply again" };
	const done = steps.slice(0, standing.step + (standing.isDone ? 1 : 0));
	return canTurnBack(standing, steps)
		? { steps: done, otherwise: "turn back" }
		: {
				steps: done.filter(({ undo }) => undo === "never"),
				otherwise: "apply again",
			};
}

/** How often a cutover is repeated from the step on that makes nodes refuse writes. */
const REPEATS = 2;

/**
 * The step from which on all is applied again when a node was seen to take writes: the one that makes nodes refuse them.
 * `undefined`: it is not repeated.
 *
 * | direction | begun since that step                 | repeated before | then             |
 * | --------- | ------------------------------------- | --------------- | ---------------- |
 * | forward   | steps that leave nothing to undo      | less than twice | from that step   |
 * | forward   | the same                              | twice           | not              |
 * | forward   | another: nodes may be on the target   | -               | not: what was pushed there is at no source |
 * | forward   | none                                  | -               | not              |
 * | another   | -                                     | -               | not              |
 */
export function repeatFrom(
	records: readonly JournalRecord[],
	steps: readonly StepShape[],
): StepShape | undefined {
	const standing = standingOf(records, steps);
	const opening = steps.findIndex(({ window }) => window === "opens");
	if (standing.direction !== "forward" || standing.step <= opening)
		return undefined;
	const since = steps.slice(opening + 1, standing.step + 1);
	const repeats = records.filter(({ type }) => type === "repeat").length;
	return repeats < REPEATS && since.every(({ undo }) => undo === "nothing")
		? steps[opening]
		: undefined;
}

/** Whether anything was changed that would have to be undone: so far, or before all was undone. */
export function hasChanged(
	records: readonly JournalRecord[],
	steps: readonly StepShape[],
): boolean {
	return records.some((record) => {
		if (record.type !== "apply") return false;
		const step = steps.find(({ name }) => name === record.step);
		return step?.undo !== "nothing" && step?.isAside !== true;
	});
}
