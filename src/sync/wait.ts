import { setTimeout } from "node:timers/promises";

/** Waits (ms). When cancelled, rejects with the signal's reason, as everything here does, not with Node's own error. */
export async function wait(
	ms: number,
	signal: AbortSignal | undefined,
): Promise<void> {
	try {
		await setTimeout(ms, undefined, { signal });
	} catch (error) {
		signal?.throwIfAborted();
		throw error;
	}
}
