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
	return records.some((one) => one.type === "apply" && one.step === name);
}

/** When pushes began to be refused (ms since 1970); `undefined`: they have not been. */
export function openedAt(
	records: readonly JournalRecord[],
	steps: readonly TimedStep[],
): number | undefined {
	const opening = steps.find(({ window }) => window === "opens");
	const record = records.find(
		(one) => one.type === "apply" && one.step === opening?.name,
	);
	return record && Date.parse(record.at);
}

/**
 * How long it took until pushes were refused on every node (ms), the last time; `undefined`: they are not yet, or, where they
 * are to be made to again, not yet again.
 */
export function openingMs(
	records: readonly JournalRecord[],
	steps: readonly TimedStep[],
): number | undefined {
	const opening = steps.find(({ window }) => window === "opens");
	const last = records.findLast(
		(one) =>
			(one.type === "apply" || one.type === "done") &&
			one.step === opening?.name,
	);
	const began = records.findLast(
		(one) => one.type === "apply" && one.step === opening?.name,
	);
	return last?.type === "done" && began !== undefined
		? Date.parse(last.at) - Date.parse(began.at)
		: undefined;
}

/** What took how long, by what is noted; of a step that was applied again, the last time counts. */
export function resultOf(
	records: readonly JournalRecord[],
	steps: readonly TimedStep[],
): CutoverResult {
	const last = (type: "apply" | "done", name: string | undefined) => {
		const record = records.findLast(
			(one) => one.type === type && one.step === name,
		);
		return record && Date.parse(record.at);
	};
	const opened = openedAt(records, steps);
	const closing = steps.find(({ window }) => window === "closes");
	// Where it is applied again, somebody has made nodes refuse pushes since: that is no part of the window.
	const closed = records.find(
		(one) => one.type === "done" && one.step === closing?.name,
	);
	return {
		windowMs:
			opened === undefined || closed === undefined
				? undefined
				: Date.parse(closed.at) - opened,
		steps: steps
			.filter((step) => hasBegun(records, step))
			.map(({ name }) => ({
				step: name,
				ms: (last("done", name) ?? 0) - (last("apply", name) ?? 0),
			})),
	};
}
