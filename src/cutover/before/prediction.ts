import { type PassTiming, sumOf } from "../../sync/pass-timing.ts";
import type { Step } from "../course/step.ts";

/** What the length of a window goes by. Times in ms. */
export interface WindowBasis {
	readonly nodes: number;
	/** From the command that restarts a node until it answers. */
	readonly restartMs: number;
	/** How long is waited, where processes cannot be seen ending, for what they may have begun; 0 where all can be seen. */
	readonly drainMs: number;
	/** What has to be looked through before the last pass: of a rollback, its old source. */
	readonly lookMs: number;
	/** What the last pass is expected to take. */
	readonly next: PassTiming;
	/** Objects that are compared besides those that the last pass changes. */
	readonly doubtful: number;
}

/** How long a step of the window is expected to take (ms). */
interface PredictedStep {
	readonly step: string;
	readonly ms: number;
}

/** How long pushes are expected to be refused. */
export interface Prediction {
	/** Those of the window, in their order. */
	readonly steps: readonly PredictedStep[];
	/** All of them together (ms). */
	readonly windowMs: number;
	/** The way back, from the middle of it (ms). */
	readonly wayBackMs: number;
}

/** To pull an image from one node, and to ask it for what it serves otherwise (ms). */
const CANARY_MS = 500;
/** To compare one object that is in doubt, with others at the same time (ms). */
const DOUBTFUL_MS = 2;
/** What every step costs, whatever it does: a note that is durable, and a last probe (ms). */
const STEP_MS = 100;

/**
 * Predicts a window, step by step, of a cutover or of the way back after one, whose names of steps are in brackets:
 *
 * | step                   | costs                                                                               |
 * | ---------------------- | ----------------------------------------------------------------------------------- |
 * | read-only, switch (back) | one restart after the other, and then what the longest drain takes                |
 * | final pass (merge)     | what the live passes say that it will, and what is looked through before            |
 * | verify the delta (merge) | no more than it took to copy and delete it, and what was in doubt besides            |
 * | still, still once more | what the final pass takes to read both sides: it finds nothing to copy               |
 * | canary                 | a pull from every node                                                              |
 * | read-write             | one restart after the other; nothing is waited for                                  |
 * | others                 | next to nothing                                                                     |
 *
 * The way back restarts every node once more, and waits for those that served before.
 */
export function predictWindow(
	steps: readonly Pick<Step<never>, "name" | "window">[],
	basis: WindowBasis,
): Prediction {
	const opening = steps.findIndex(({ window }) => window === "opens");
	const closing = steps.findIndex(({ window }) => window === "closes");
	const predicted = steps
		.slice(opening, closing + 1)
		.map(({ name }) => ({ step: name, ms: STEP_MS + costOf(name, basis) }));
	return {
		steps: predicted,
		windowMs: predicted.reduce((sum, { ms }) => sum + ms, 0),
		wayBackMs: STEP_MS + costOf("read-only", basis),
	};
}

function costOf(
	step: string,
	{ nodes, restartMs, drainMs, lookMs, next, doubtful }: WindowBasis,
): number {
	switch (step) {
		case "read-only":
		case "switch":
		case "switch back":
			return nodes * restartMs + drainMs;
		case "final pass":
		case "final merge":
			return lookMs + sumOf(next);
		case "verify the delta":
		case "verify the merge":
			return next.copyMs + next.deleteMs + doubtful * DOUBTFUL_MS;
		case "still":
		case "still, once more":
			return next.listMs + next.readMs;
		case "canary":
			return nodes * CANARY_MS;
		case "read-write":
			return nodes * restartMs;
		default:
			return 0;
	}
}

/**
 * How long pushes may have to be refused for a cutover to end (ms): all of the window, or, where that takes longer, all but its
 * last step and the way back from there.
 */
export function neededMs({ steps, windowMs, wayBackMs }: Prediction): number {
	const lastMs = steps.at(-1)?.ms ?? 0;
	return Math.max(windowMs, windowMs - lastMs + wayBackMs);
}
