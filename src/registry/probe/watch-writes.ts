import { isCancellation } from "../../store/errors.ts";
import { wait } from "../../store/wait.ts";
import { probeWrites } from "./probe-writes.ts";
import type { RegistryClient } from "./registry-client.ts";
import type { WriteState } from "./write-state.ts";

/** A node that is watched. */
export interface WatchedNode {
	readonly name: string;
	readonly client: RegistryClient;
	/** As for `probeWrites`. */
	readonly repository?: string | undefined;
}

/** A node has come into another state, or was looked at for the first time. */
export interface WriteStateChange {
	readonly node: string;
	readonly state: WriteState;
	/** `undefined` the first time. */
	readonly previous: WriteState | undefined;
	/** When it was seen (ms since 1970). */
	readonly at: number;
}

export interface WatchOptions {
	/** Ends the watch. */
	readonly signal: AbortSignal;
	readonly observe: (change: WriteStateChange) => void;
	/** From the end of a probe to the next one of the same node (ms); default 1,000. */
	readonly intervalMs?: number | undefined;
	readonly clock?: WatchClock | undefined;
}

/** What a watch knows of time. */
interface WatchClock {
	/** Milliseconds since 1970. */
	readonly now: () => number;
	/** Waits (ms); rejects with the signal's reason when cancelled. */
	readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

const REAL_CLOCK: WatchClock = { now: Date.now, wait };

/**
 * Probes every node again and again, each at its own pace, and tells of each change of its state, or of why it is what
 * it is. Resolves when the signal has ended it; rejects only with what `observe` throws, or an error of our own.
 */
export async function watchWrites(
	nodes: readonly WatchedNode[],
	{ signal, observe, intervalMs = 1000, clock = REAL_CLOCK }: WatchOptions,
): Promise<void> {
	const failed = new AbortController();
	const ended = AbortSignal.any([signal, failed.signal]);
	const watch = async ({ name, client, repository }: WatchedNode) => {
		let previous: WriteState | undefined;
		try {
			for (;;) {
				const state = await probeWrites(client, { repository, signal: ended });
				if (!isSame(state, previous))
					observe({ node: name, state, previous, at: clock.now() });
				previous = state;
				await clock.wait(intervalMs, ended);
			}
		} catch (error) {
			if (isCancellation(error, ended)) return;
			failed.abort(error);
			throw error;
		}
	};
	const watches = nodes.map(watch);
	await Promise.allSettled(watches);
	await Promise.all(watches);
}

function isSame(one: WriteState, other: WriteState | undefined): boolean {
	return one.state === other?.state && one.because === other.because;
}
