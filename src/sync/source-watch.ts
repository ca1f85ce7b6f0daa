import { wait } from "../store/wait.ts";
import { type IoPressure, readIoPressure } from "./io-pressure.ts";

/** What a watch is told by; for tests. */
export interface SourceWatchOptions {
	/** How the machine's disks do; default what the machine says. */
	readonly pressure?: (() => IoPressure | undefined) | undefined;
	/** A clock (ms); default `performance.now`. */
	readonly now?: (() => number) | undefined;
	readonly wait?: typeof wait | undefined;
}

/** What is known of how the source does, at one time. */
export interface SourceState {
	/** In how much of the last ten seconds somebody waited for a disk (per cent); `undefined`: the machine does not tell. */
	readonly pressure: number | undefined;
	/** In how much of the time in which we read nothing (per cent); `undefined`: we have not stopped to look. */
	readonly othersPressure: number | undefined;
	/** What our reads take (ms), and took at best; `undefined`: too few yet. */
	readonly readMs: number | undefined;
	readonly bestReadMs: number | undefined;
}

/** From here on (per cent) somebody waits for disks more than that one would notice nothing. */
const HIGH_PRESSURE = 40;

/** Somebody else waits (per cent of a look). */
const OTHERS_WAIT = 20;

/** So many times what they took at best, and so much longer (ms), are reads that wait in somebody's queue. */
const SLOWER = { times: 4, byMs: 100 };

/**
 * Whether the source's own users are likely to wait because of us.
 *
 * | disks are waited for | others wait while we do not read | our reads are much slower than at best | verdict |
 * | -------------------- | -------------------------------- | -------------------------------------- | ------- |
 * | much                 | much                             | any                                    | yield   |
 * | much                 | little: it was us alone          | no                                     | go on   |
 * | little, or not told  | any                              | no                                     | go on   |
 * | any                  | any                              | yes                                    | yield   |
 */
export function isSlow(state: SourceState): boolean {
	const { pressure, othersPressure, readMs, bestReadMs } = state;
	if (
		readMs !== undefined &&
		bestReadMs !== undefined &&
		readMs > bestReadMs * SLOWER.times &&
		readMs > bestReadMs + SLOWER.byMs
	)
		return true;
	return isHigh(pressure) && (othersPressure ?? 0) >= OTHERS_WAIT;
}

function isHigh(pressure: number | undefined): boolean {
	return pressure !== undefined && pressure >= HIGH_PRESSURE;
}

/** How often the machine is asked (ms), and for how long nothing is read then, if disks are much waited for. */
const LOOK_EVERY_MS = 1000;
const LOOK_MS = 25;

/** Weight of the newest read in the average, and how many make one. */
const NEWEST = 0.1;
const ENOUGH_READS = 10;

/**
 * Finds out whether the source becomes slow for its own users. A disk that is waited for may be so by us alone, which
 * harms nobody: so while it is, all our reads stop for a moment each second, and what is waited for then are others'.
 */
export class SourceWatch {
	readonly #pressure: () => IoPressure | undefined;
	readonly #now: () => number;
	readonly #wait: typeof wait;
	#lookAt = 0;
	#readMs = 0;
	#bestReadMs = Number.POSITIVE_INFINITY;
	#reads = 0;
	#recent: number | undefined;
	#others: number | undefined;
	#looking: Promise<void> | undefined;

	constructor(options: SourceWatchOptions = {}) {
		this.#pressure = options.pressure ?? readIoPressure;
		this.#now = options.now ?? (() => performance.now());
		this.#wait = options.wait ?? wait;
	}

	/** Whether we are to yield. */
	get isSlow(): boolean {
		const isKnown = this.#reads >= ENOUGH_READS;
		return isSlow({
			pressure: this.#recent,
			othersPressure: this.#others,
			readMs: isKnown ? this.#readMs : undefined,
			bestReadMs: isKnown ? this.#bestReadMs : undefined,
		});
	}

	/** A read took so long (ms). */
	took(ms: number): void {
		this.#reads++;
		this.#readMs =
			this.#reads === 1 ? ms : this.#readMs + (ms - this.#readMs) * NEWEST;
		if (this.#reads >= ENOUGH_READS)
			this.#bestReadMs = Math.min(this.#bestReadMs, this.#readMs);
	}

	/** To be asked before each read; `undefined`: it may begin. */
	turn(): Promise<void> | undefined {
		if (this.#looking !== undefined) return this.#looking;
		const now = this.#now();
		if (now < this.#lookAt) return undefined;
		this.#lookAt = now + LOOK_EVERY_MS;
		const before = this.#pressure();
		this.#recent = before?.recent;
		if (before === undefined || !isHigh(before.recent)) {
			this.#others = undefined;
			return undefined;
		}
		this.#looking = this.#look(before).finally(() => {
			this.#looking = undefined;
		});
		return this.#looking;
	}

	async #look(before: IoPressure): Promise<void> {
		const began = this.#now();
		await this.#wait(LOOK_MS, undefined);
		const after = this.#pressure();
		if (after === undefined) return;
		const waited = after.totalMs - before.totalMs;
		this.#others = (waited / Math.max(1, this.#now() - began)) * 100;
	}
}
