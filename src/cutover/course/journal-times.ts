import type { JournalRecord } from "./journal-record.ts";
import type { Step } from "./step.ts";

/** A cutover that has ended on the target. */
export interface CutoverResult {
	/** How long pushes were refused (ms), as far as it is noted. */
	readonly windowMs: number | undefined;
	readonly steps: readonly { readonly step: string; readonly ms: number }[];
}

/** What of a step times tell. */
type TimedStep = Pick<Step<never>, "name" | "window">;

/** Whether a step has been begun, by whatever process. */
export function hasBegun(
	records: readonly JournalRecord[],
	{ name }: TimedStep,
): boolean {
	return records.some(isOf("apply", name));
}

/** When pushes began to be refused (ms since 1970); `undefined`: they have not been. */
export function openedAt(
	records: readonly JournalRecord[],
	steps: readonly TimedStep[],
): number | undefined {
	const opening = nameOf("opens", steps);
	return timeOf(records.find(isOf("apply", opening)));
}

/**
 * How long it took until pushes were refused on every node (ms), the last time; `undefined`: they are not yet, or, where they
 * are to be made to again, not yet again.
 */
export function openingMs(
	records: readonly JournalRecord[],
	steps: readonly TimedStep[],
): number | undefined {
	const ms = lastMs(records, nameOf("opens", steps));
	return ms !== undefined && ms >= 0 ? ms : undefined;
}

/** What took how long, by what is noted; of a step that was applied again, the last time counts. */
export function resultOf(
	records: readonly JournalRecord[],
	steps: readonly TimedStep[],
): CutoverResult {
	const opened = openedAt(records, steps);
	// Where it is applied again, somebody has made nodes refuse pushes since: that is no part of the window.
	const closed = timeOf(records.find(isOf("done", nameOf("closes", steps))));
	return {
		windowMs:
			opened === undefined || closed === undefined
				? undefined
				: closed - opened,
		steps: steps
			.filter((step) => hasBegun(records, step))
			.map(({ name }) => ({ step: name, ms: lastMs(records, name) ?? 0 })),
	};
}

/** From when a step was begun last until it was done last (ms): less than 0 where it is begun again. */
function lastMs(
	records: readonly JournalRecord[],
	name: string | undefined,
): number | undefined {
	const began = timeOf(records.findLast(isOf("apply", name)));
	const done = timeOf(records.findLast(isOf("done", name)));
	return began === undefined || done === undefined ? undefined : done - began;
}

function isOf(type: "apply" | "done", name: string | undefined) {
	return (one: JournalRecord) => one.type === type && one.step === name;
}

function nameOf(
	window: Step<never>["window"],
	steps: readonly TimedStep[],
): string | undefined {
	return steps.find((step) => step.window === window)?.name;
}

function timeOf(record: JournalRecord | undefined): number | undefined {
	return record && Date.parse(record.at);
}
