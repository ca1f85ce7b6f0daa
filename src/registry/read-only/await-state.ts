import type { RegistryNode } from "../node.ts";
import type { WriteState } from "../probe/write-state.ts";
import type { FoundState } from "./record.ts";
import type { TurnOptions } from "./turn.ts";

/**
 * From one probe of a node to the next (ms): short at first, for a restart takes no longer; and never long, for pushes are
 * refused meanwhile.
 */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 250;

/**
 * Probes a node until it answers as it is to, or the time is over. Resolves with what it answered last. While it restarts
 * it answers nothing, so anything else may pass.
 */
export async function awaitState(
	node: RegistryNode,
	wanted: FoundState,
	{ probe, timeoutMs, clock }: TurnOptions,
	signal: AbortSignal | undefined,
): Promise<WriteState> {
	const end = clock.now() + timeoutMs;
	let pause = FIRST_PAUSE_MS;
	for (;;) {
		const probed = await probe(node, { signal });
		if (probed.state === wanted || clock.now() >= end) return probed;
		await clock.wait(pause, signal);
		pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
	}
}
