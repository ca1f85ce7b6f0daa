import type { Instance, RegistryNode } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { namesOf } from "./names.ts";
import type { TurnOptions } from "./turn.ts";

/** From one look at processes or pods to the next (ms): short at first, for most of them end at once. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 500;

/** Those who may still write to a node that answers read-only, and how long they may. */
export interface Former {
	readonly node: RegistryNode;
	/** `undefined`: they cannot be told. */
	readonly instances: readonly Instance[] | undefined;
	/** Their drain time-out (ms). */
	readonly drainMs: number;
	/** When they had been told to end, by the clock. */
	readonly toldAt: number;
}

/** How it is known that nobody is left who could write: that they have ended, or only that their time is over. */
export type EndProof = "ended" | "drain-time-out";

/**
 * Waits until none of those is left that served a node before. A process that drains still takes what it has begun to
 * read, after its successor was seen to refuse it (I6). Rejects with a `RegistryError` (`timed-out`) when they do not end.
 */
export async function awaitEnd(
	{ node, instances, drainMs, toldAt }: Former,
	{ observe, timeoutMs, clock, signal }: TurnOptions,
): Promise<EndProof> {
	if (instances === undefined) {
		await clock.wait(Math.max(0, toldAt + drainMs - clock.now()), signal);
		observe({ type: "drained", node: node.name, ms: drainMs });
		return "drain-time-out";
	}
	const end = toldAt + drainMs + timeoutMs;
	let isTold = false;
	let pause = FIRST_PAUSE_MS;
	for (;;) {
		const remaining = await node.remaining(instances, { signal });
		if (remaining.length === 0) {
			observe({ type: "ended", node: node.name, instances });
			return "ended";
		}
		if (!isTold)
			observe({ type: "waiting", node: node.name, instances: remaining });
		isTold = true;
		if (clock.now() >= end)
			throw new RegistryError(
				"timed-out",
				`${node.name} answers that it is read-only, but ${namesOf(remaining)} of before ${remaining.length === 1 ? "has" : "have"} not ended, and may still take what was begun`,
				{
					suggestions: [
						"Wait for what is being pushed, or end it; allow for more time with --timeout. If that process is no registry of this node, its URL is another's.",
					],
				},
			);
		await clock.wait(pause, signal);
		pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
	}
}
