import type { JournalRecord, Outcome } from "../course/journal-record.ts";
import { openedAt } from "../course/journal-times.ts";
import {
	canTurnBack,
	hasChanged,
	nextAction,
	standingOf,
} from "../course/standing.ts";
import type { Step } from "../course/step.ts";

/** A step of a course that was begun, as far as it is noted. */
export interface StepStatus {
	readonly step: string;
	readonly about: string;
	/** `begun`, `undoing`: how far that has come is known to nobody but the process that is at it. */
	readonly state:
		| "to do"
		| "begun"
		| "done"
		| "not needed"
		| "undoing"
		| "undone";
	/** Milliseconds since 1970, of the last time that it was applied, or else undone. */
	readonly beganAt?: number | undefined;
	readonly endedAt?: number | undefined;
}

/** How far a course is, by its journal. Plain data. */
export interface CourseStatus {
	readonly id: string;
	/** `operator@host`. */
	readonly operator: string;
	/** Identities of the stores. */
	readonly source: string;
	readonly target: string;
	/** Milliseconds since 1970. */
	readonly begunAt: number;
	readonly direction: "forward" | "back" | "ended";
	readonly outcome: Outcome | undefined;
	readonly endedAt: number | undefined;
	/** Why it turned back: a clause; `undefined`: it did not. */
	readonly reason: string | undefined;
	readonly steps: readonly StepStatus[];
	/** What is applied, or undone, next, or is so now; `undefined`: nothing is left. */
	readonly next:
		| { readonly step: string; readonly isUndone: boolean }
		| undefined;
	/** Whether it could still turn back. */
	readonly canTurnBack: boolean;
	/** Whether it has changed anything at all, though it may be undone. */
	readonly hasChanged: boolean;
	/** Since when pushes are refused, or were (ms since 1970); `undefined`: they are taken, or were all the time. */
	readonly refusing:
		| { readonly since: number; readonly until: number | undefined }
		| undefined;
}

/** What of a step its status tells. */
export type ToldStep = Pick<
	Step<never>,
	"name" | "about" | "undo" | "window" | "asks"
>;

/** Folds the journal of a course; `undefined` where not even its beginning is noted. Throws a `CutoverError` for one of other steps. */
export function courseStatus(
	records: readonly JournalRecord[],
	steps: readonly ToldStep[],
): CourseStatus | undefined {
	const [begun] = records;
	if (begun?.type !== "begun") return undefined;
	const { id, operator, source, target } = begun;
	const standing = standingOf(records, steps);
	const action = nextAction(standing, steps);
	const ended = records.findLast(({ type }) => type === "ended");
	const turned = records.findLast(({ type }) => type === "turn-back");
	return {
		...{ id, operator, source, target },
		begunAt: Date.parse(begun.at),
		direction: standing.direction,
		outcome: standing.direction === "ended" ? standing.outcome : undefined,
		endedAt: ended && Date.parse(ended.at),
		reason: turned?.type === "turn-back" ? turned.reason : undefined,
		steps: steps.map((step) =>
			stepStatus(sinceRepeat(records, steps, step), step),
		),
		next:
			action.type === "apply" || action.type === "undo"
				? {
						step: steps[action.step]?.name ?? "",
						isUndone: action.type === "undo",
					}
				: undefined,
		canTurnBack: canTurnBack(standing, steps),
		hasChanged: hasChanged(records, steps),
		refusing: refusing(records, steps),
	};
}

/** What counts of a step: where it is done again, only what was noted since. */
function sinceRepeat(
	records: readonly JournalRecord[],
	steps: readonly ToldStep[],
	step: ToldStep,
): readonly JournalRecord[] {
	const repeat = records.findLastIndex(({ type }) => type === "repeat");
	const record = records[repeat];
	if (record?.type !== "repeat") return records;
	const from = steps.findIndex(({ name }) => name === record.step);
	return steps.indexOf(step) < from ? records : records.slice(repeat + 1);
}

/**
 * | the last that is noted of it | it is      | its times are of         |
 * | ---------------------------- | ---------- | ------------------------ |
 * | nothing                      | to do      | -                        |
 * | apply                        | begun      | its beginning            |
 * | done                         | done       | the last apply and done  |
 * | done, and it was not applied | not needed | -                        |
 * | undo                         | undoing    | its beginning            |
 * | undone                       | undone     | the last undo and undone |
 * | undone, and it was not undone | not needed | -                       |
 */
function stepStatus(
	records: readonly JournalRecord[],
	{ name, about }: ToldStep,
): StepStatus {
	const own = records.filter(
		(record) => "step" in record && record.step === name,
	);
	const last = own.at(-1);
	const beganAs = (type: "apply" | "undo") => {
		const record = own.findLast((one) => one.type === type);
		return record && Date.parse(record.at);
	};
	const endedAt = last && Date.parse(last.at);
	const common = { step: name, about };
	switch (last?.type) {
		case "apply":
			return { ...common, state: "begun", beganAt: endedAt };
		case "done": {
			const beganAt = beganAs("apply");
			return beganAt === undefined
				? { ...common, state: "not needed" }
				: { ...common, state: "done", beganAt, endedAt };
		}
		case "undo":
			return { ...common, state: "undoing", beganAt: endedAt };
		case "undone": {
			const beganAt = beganAs("undo");
			return beganAt === undefined
				? { ...common, state: "not needed" }
				: { ...common, state: "undone", beganAt, endedAt };
		}
		default:
			return { ...common, state: "to do" };
	}
}

/** From the first step that refuses pushes, until they are taken again: by the last step, or because it was undone. */
function refusing(
	records: readonly JournalRecord[],
	steps: readonly ToldStep[],
): CourseStatus["refusing"] {
	const since = openedAt(records, steps);
	if (since === undefined) return undefined;
	const nameOf = (window: "opens" | "closes") =>
		steps.find((step) => step.window === window)?.name;
	const closed = records.find(
		(record) =>
			(record.type === "done" && record.step === nameOf("closes")) ||
			(record.type === "undone" && record.step === nameOf("opens")),
	);
	return { since, until: closed && Date.parse(closed.at) };
}
