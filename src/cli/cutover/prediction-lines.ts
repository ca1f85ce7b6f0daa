import type { RestartEstimate } from "../../cutover/before/predict.ts";
import type { CutoverResult } from "../../cutover/course/journal-times.ts";
import type { WorldEvent } from "../../cutover/world.ts";
import { formatDuration, formatObjects } from "../format.ts";

/** What a cutover is expected to take, once all has been caught up with. */
export type Predicted = Extract<WorldEvent, { type: "predicted" }>;

/** The window as it is expected, step by step, as sentences. */
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
	const each = steps.map(({ step, ms }) => `${step} ${formatDuration(ms)}`);
	return [
		`Pushes are expected to be refused for ${formatDuration(windowMs)}: ${each.join(", ")}.`,
		`The way back would take ${formatDuration(wayBackMs)}. A restart is taken for ${formatDuration(restart.ms)}, ${KNOWN[restart.from]}.`,
		...(doubtful === 0
			? []
			: [
					`${formatObjects(doubtful)} that change all the time will be compared when pushes are refused.`,
				]),
	];
}

const KNOWN: Readonly<Record<RestartEstimate["from"], string>> = {
	measured: "which is what it took in an earlier cutover",
	rehearsed: "by what its program took to start on the target",
	assumed: "though none was measured yet",
};

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
		return `${step} ${formatDuration(took)} (${formatDuration(ms)})`;
	});
	return [
		`${total}; ${formatDuration(predicted.windowMs)} were expected. Step by step, with what was expected: ${each.join(", ")}.`,
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
