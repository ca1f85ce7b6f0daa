import type { PassTiming } from "../../sync/pass-timing.ts";
import type { Call } from "../course/step.ts";
import { refusedCourse } from "../refused-course.ts";
import type { World } from "../world.ts";
import { neededMs, type Prediction, predictWindow } from "./prediction.ts";

/** How long a restart of a node is expected to take, and how that is known. */
export interface RestartEstimate {
	/** From its command until the node answers (ms). */
	readonly ms: number;
	/**
	 * `measured`: in an earlier cutover of this registry. `rehearsed`: by how long its program takes to start on the target.
	 * `assumed`: nothing is known.
	 */
	readonly from: "measured" | "rehearsed" | "assumed";
}

/**
 * What a restart takes besides the start of the program (ms): its former process ends, the command runs, and it is asked
 * until it answers. On the long side, as measured with Distribution.
 */
const AROUND_START_MS = 2000;

/** What a restart is taken for, by how long the program took to start on the target (ms). */
export function rehearsedRestart(startMs: number): RestartEstimate {
	return { ms: startMs + AROUND_START_MS, from: "rehearsed" };
}

/** What of the world a prediction needs. */
interface PredictedWorld
	extends Pick<World, "course" | "nodes" | "maxWindowMs" | "observe"> {
	readonly turn: Pick<World["turn"], "drainMs">;
}

/**
 * Predicts the window from what is known, and tells of it. Rejects with a `CutoverError` (`refused`) where it is longer than
 * what is allowed: it would be opened only to be given up.
 */
export async function predict(
	steps: Parameters<typeof predictWindow>[0],
	world: PredictedWorld,
	{
		lookMs = 0,
		next,
		doubtful,
		deletes,
		restart,
	}: {
		/** Default 0: nothing is. */
		readonly lookMs?: number | undefined;
		readonly next: PassTiming;
		readonly doubtful: number;
		readonly deletes: number;
		readonly restart: RestartEstimate;
	},
	call: Call,
): Promise<void> {
	const { nodes, observe } = world;
	const prediction = predictWindow(steps, {
		nodes: nodes.length,
		restartMs: restart.ms,
		drainMs: await waitedMs(world, call),
		...{ lookMs, next, doubtful },
	});
	observe({
		type: "predicted",
		next,
		deletes,
		doubtful,
		restart,
		...prediction,
	});
	requireWithin(prediction, world);
}

function requireWithin(
	prediction: Prediction,
	{ maxWindowMs, course }: PredictedWorld,
): void {
	const needed = neededMs(prediction);
	if (maxWindowMs === undefined || needed <= maxWindowMs) return;
	const seconds = Math.ceil(needed / 1000);
	throw refusedCourse(
		course,
		`pushes are expected to be refused for ${seconds} s, the way back included, and no more than the ${maxWindowMs / 1000} s of --max-window are allowed`,
		[`Allow for more: --max-window ${seconds}s, or somewhat more than that.`],
	);
}

/** How long is waited for processes of which it cannot be seen whether they have ended: of all nodes at the same time. */
async function waitedMs(
	{ nodes, turn }: PredictedWorld,
	call: Call,
): Promise<number> {
	const each = await Promise.all(
		nodes.map(async ({ node }) => {
			const instances = await node.instances(call);
			if (instances !== undefined && instances.length > 0) return 0;
			return (await node.settings(call))?.drainMs ?? turn.drainMs;
		}),
	);
	return Math.max(0, ...each);
}
