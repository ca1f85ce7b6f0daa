import { isWhole, type SyncEvent, type SyncResult } from "./events.ts";

/** How long a pass took. */
interface PassTiming {
	/** Until it was known what is to be copied (ms). */
	readonly readMs: number;
	/** From then on (ms). */
	readonly copyMs: number;
}

/** What a series of passes came to. */
export interface Stability {
	readonly result: SyncResult;
	/** How long the next pass is expected to take. */
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
	for (let passes = 1; ; passes++) {
		const began = now();
		let planned = began;
		const result = await pass((event) => {
			if (event.type === "planned") planned = now();
		});
		const ended = now();
		const last = { readMs: planned - began, copyMs: ended - planned };
		const next = nextPass(last, previousMs);
		const nextMs = next.readMs + next.copyMs;
		const isStable = nextMs <= withinMs;
		patience = nextMs < shortestMs ? PATIENCE : patience - 1;
		if (isStable || !isWhole(result) || patience === 0)
			return { result, next, isStable, passes };
		shortestMs = Math.min(shortestMs, nextMs);
		previousMs = ended - began;
	}
}

/**
 * How long the pass after this one will take: reading costs the same again; what there is to copy is what changes while
 * this one runs, as what it copied had changed while the one before it ran. The first copied everything, so nothing
 * follows from it but that the next one takes no longer.
 */
function nextPass(
	last: PassTiming,
	previousMs: number | undefined,
): PassTiming {
	const lastMs = last.readMs + last.copyMs;
	const ratio =
		previousMs === undefined || previousMs === 0
			? 1
			: Math.min(1, lastMs / previousMs);
	return { readMs: last.readMs, copyMs: last.copyMs * ratio };
}
