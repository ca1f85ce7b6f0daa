import { wait } from "./wait.ts";

/** What time it is and how to wait; for tests. */
export interface Clock {
	/** Milliseconds that only ever grow. */
	now(): number;
	/** Waits (ms); rejects with the signal's reason when cancelled. */
	wait(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

const CLOCK: Clock = { now: () => performance.now(), wait };

/**
 * How far behind its schedule a pace may be (ms) and still catch up. Timers come a millisecond and more late: without
 * it, every one of them would be lost. It is also the burst that comes after a pause.
 */
const SLACK_MS = 100;

/**
 * Lets through so many units a second, evenly: a token bucket, told as the time from which the next unit may pass, so
 * that it is one number, however many wait. First come, first served.
 *
 * Ours, since of the libraries `limiter` cannot give a waiter up and refuses more units than a second has, as does
 * `p-throttle`, which gives up all waiters or none, and `bottleneck` costs milliseconds a call.
 */
export class Pace {
	readonly #msPerUnit: number;
	readonly #clock: Clock;
	/** When the units that were let through until now are paid off. */
	#paidAt: number;

	constructor(unitsPerSecond: number, clock: Clock = CLOCK) {
		if (!(unitsPerSecond > 0))
			throw new RangeError(`no pace: ${unitsPerSecond} a second`);
		this.#msPerUnit = 1000 / unitsPerSecond;
		this.#clock = clock;
		this.#paidAt = clock.now();
	}

	/**
	 * Waits until these units may pass. Many at once pass at once, and make those behind them wait for longer. Who is
	 * cancelled while waiting keeps its place all the same: those behind it have their times already.
	 */
	async take(units: number, signal: AbortSignal | undefined): Promise<void> {
		signal?.throwIfAborted();
		const now = this.#clock.now();
		const from = Math.max(this.#paidAt, now - SLACK_MS);
		this.#paidAt = from + units * this.#msPerUnit;
		if (from > now) await this.#clock.wait(from - now, signal);
	}
}
