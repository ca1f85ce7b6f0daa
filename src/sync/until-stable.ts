import { isWhole, type SyncEvent, type SyncResult } from "./events.ts";
import { PassClock, type PassTiming, sumOf } from "./pass-timing.ts";

/** What a series of passes came to. */
export interface Stability {
	readonly result: SyncResult;
	/** How long the next pass is expected to take, if it deletes what the source no longer has. */
	readonly next: PassTiming;
	/** Whether that is within the bound. */
	readonly isStable: boolean;
	/** Passes made. */
	readonly passes: number;
}

export interface UntilStableOptions {
	/** The next pass is to take no longer than this (ms). */
	readonly withinMs: number;
	/** A clock (ms); default `performance.now`. */
	readonly now?: (() => number) | undefined;
}

/** Passes in a row that may bring the next one no nearer to the bound. */
const PATIENCE = 3;

/**
 * Makes one live pass after the other, until the next one, which is to be the last, would be short enough; or until a
 * pass leaves something undone, or passes no longer become shorter. `pass` is given an observer that it must call.
 */
export async function untilStable(
	pass: (observe: (event: SyncEvent) => void) => Promise<SyncResult>,
	{ withinMs, now = () => performance.now() }: UntilStableOptions,
): Promise<Stability> {
	let previousMs: number | undefined;
	let shortestMs = Number.POSITIVE_INFINITY;
	let patience = PATIENCE;
	let perObjectMs = Number.POSITIVE_INFINITY;
	for (let passes = 1; ; passes++) {
		const clock = new PassClock(now);
		const result = await pass((event) => clock.observe(event));
		const last = clock.timing();
		const { objects } = result.copied;
		// The more objects, the less does what comes before and after them count.
		if (objects > 0) perObjectMs = Math.min(perObjectMs, last.copyMs / objects);
		const next = nextPass(last, {
			previousMs,
			extra: result.extra,
			perObjectMs,
		});
		const nextMs = sumOf(next);
		// One that ended before its time tells nothing of how long it would have taken.
		const isStable = !result.isStopped && nextMs <= withinMs;
		// Live passes delete nothing, so no further one makes that shorter.
		const isAsShortAsCanBe = nextMs - next.deleteMs <= withinMs;
		patience = nextMs < shortestMs ? PATIENCE : patience - 1;
		if (isAsShortAsCanBe || !isWhole(result) || patience === 0)
			return { result, next, isStable, passes };
		shortestMs = Math.min(shortestMs, nextMs);
		previousMs = sumOf(last);
	}
}

/**
 * How long the pass after this one will take, step by step:
 * - Reading costs the same again.
 * - The first pass leaves an index by which the next ones know the target; where they list it all the same, so does the
 *   one after them.
 * - What there is to copy is what changes while this one runs, as what it copied had changed while the one before it ran.
 *   The first copied everything, so nothing follows from it but that the next one takes no longer.
 * - An object is deleted in no more time than one is copied: its source is asked whether it is gone, and many are deleted
 *   by one request.
 */
function nextPass(
	last: PassTiming,
	{
		previousMs,
		extra,
		perObjectMs,
	}: {
		readonly previousMs: number | undefined;
		/** Objects that could be deleted. */
		readonly extra: number;
		readonly perObjectMs: number;
	},
): PassTiming {
	const ratio =
		previousMs === undefined || previousMs === 0
			? 1
			: Math.min(1, sumOf(last) / previousMs);
	return {
		listMs: previousMs === undefined ? 0 : last.listMs,
		readMs: last.readMs,
		copyMs: last.copyMs * ratio,
		// Where nothing was copied, nothing tells.
		deleteMs: Number.isFinite(perObjectMs) ? extra * perObjectMs : 0,
	};
}
