import type { RestartEstimate } from "../../cutover/before/predict.ts";
import type { CutoverResult } from "../../cutover/course/journal-times.ts";
import type { WorldEvent } from "../../cutover/world.ts";
import { formatDuration, formatObjects } from "../format.ts";

/** What a cutover is expected to take, once all has been caught up with. */
export type Predicted = Extract<WorldEvent, { type: "predicted" }>;

/** The window as it is expected, step by step, as lines. */
export function predictedLines({
	steps,
	windowMs,
	wayBackMs,
	doubtful,
	restart,
}: Pick<
	Predicted,
	"steps" | "windowMs" | "wayBackMs" | "doubtful" | "restart"
>): readonly string[] {
	return [
		`Pushes are expected to be refused for ${formatDuration(windowMs)}:`,
		...inColumns(steps.map(({ step, ms }) => [step, formatDuration(ms)])),
		`The way back would take ${formatDuration(wayBackMs)}. A restart is taken for ${formatDuration(restart.ms)}, ${KNOWN[restart.from]}.`,
		...(doubtful === 0
			? []
			: [
					`${formatObjects(doubtful)} that change all the time will be compared when pushes are refused.`,
				]),
	];
}

const KNOWN: Readonly<Record<RestartEstimate["from"], string>> = {
	measured: "as in an earlier cutover",
	rehearsed: "by what its program took to start on the target",
	assumed: "which is a guess: none was measured yet",
};

/** Rows below a sentence, each cell under the one above it. */
function inColumns(rows: readonly (readonly string[])[]): readonly string[] {
	const width = (column: number) =>
		Math.max(...rows.map((row) => row[column]?.length ?? 0));
	return rows.map((row) =>
		`  ${row.map((cell, column) => cell.padEnd(width(column))).join("  ")}`.trimEnd(),
	);
}

/** What the steps of the window took, beside what was expected; nothing where this process made no prediction. */
export function measuredLines(
	{ steps, windowMs }: CutoverResult,
	predicted: Predicted | undefined,
): readonly string[] {
	if (windowMs === undefined) return [];
	const total = `Pushes were refused for ${formatDuration(windowMs)}`;
	if (predicted === undefined) return [`${total}.`];
	const each = predicted.steps.map(({ step, ms }) => {
		const took = steps.find((one) => one.step === step)?.ms ?? 0;
		return [step, formatDuration(took), `expected ${formatDuration(ms)}`];
	});
	return [
		`${total}; ${formatDuration(predicted.windowMs)} were expected. Step by step:`,
		...inColumns(each),
	];
}

/** The steps as `--json` shows them, each with what it was expected to take, where that is known. */
export function measuredSteps(
	{ steps }: CutoverResult,
	predicted: Predicted | undefined,
) {
	return steps.map(({ step, ms }) => ({
		step,
		ms,
		predictedMs: predicted?.steps.find((one) => one.step === step)?.ms,
	}));
}
