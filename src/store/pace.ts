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

/** How often a rate that changes is asked for while somebody waits (ms). */
const RATE_MS = 1000;

/**
 * Lets through so many units a second, evenly: a token bucket, told as the time from which the next unit may pass, so
 * that it is one number, however many wait. First come, first served. Of a rate that changes (a function; infinite: no
 * limit), what waits is told in units instead, and whoever waits looks again each second.
 *
 * Ours, since of the libraries `limiter` cannot give a waiter up and refuses more units than a second has, as does
 * `p-throttle`, which gives up all waiters or none, and `bottleneck` costs milliseconds a call.
 */
export class Pace {
	readonly #rate: number | (() => number);
	readonly #clock: Clock;
	/** Units that were let in, and of those how many are paid off, at a time. */
	#taken = 0;
	#paid = 0;
	#at: number;
	#waiting = 0;
	#last: Promise<void> | undefined;
	/** Units a millisecond since then. */
	#perMs: number;

	constructor(unitsPerSecond: number | (() => number), clock: Clock = CLOCK) {
		if (typeof unitsPerSecond === "number" && !(unitsPerSecond > 0))
			throw new RangeError(`no pace: ${unitsPerSecond} a second`);
		this.#rate = unitsPerSecond;
		this.#clock = clock;
		this.#at = clock.now();
		this.#perMs = this.#current();
	}

	/**
	 * Waits until these units may pass. Many at once pass at once, and make those behind them wait for longer. Who is
	 * cancelled while waiting keeps its place all the same: those behind it have their times already.
	 */
	async take(units: number, signal: AbortSignal | undefined): Promise<void> {
		signal?.throwIfAborted();
		this.#pay();
		const place = this.#taken;
		this.#taken += units;
		if (this.#waiting === 0 && this.#wait(place) <= 0) return;
		const turn = this.#turn(place, this.#last, signal);
		this.#last = turn.catch(() => {});
		await turn;
	}

	/** Timers that were set one after the other may be late in another order, so each waits for the one before it, too. */
	async #turn(
		place: number,
		before: Promise<void> | undefined,
		signal: AbortSignal | undefined,
	): Promise<void> {
		this.#waiting++;
		try {
			await this.#sleep(place, signal);
			await before;
		} finally {
			this.#waiting--;
		}
	}

	async #sleep(place: number, signal: AbortSignal | undefined): Promise<void> {
		for (let ms = this.#wait(place); ms > 0; ms = this.#wait(place)) {
			const isFixed = typeof this.#rate === "number";
			await this.#clock.wait(isFixed ? ms : Math.min(ms, RATE_MS), signal);
			if (isFixed) return;
			this.#pay();
		}
	}

	/** How long until so many are paid off, at the rate of now (ms). */
	#wait(units: number): number {
		return this.#perMs === Number.POSITIVE_INFINITY
			? 0
			: (units - this.#paid) / this.#perMs;
	}

	/** Pays off what the time since the last look allows; what is not used is kept for a moment. */
	#pay(): void {
		const now = this.#clock.now();
		const rate = this.#perMs;
		this.#paid =
			rate === Number.POSITIVE_INFINITY
				? this.#taken
				: Math.min(
						this.#paid + (now - this.#at) * rate,
						this.#taken + SLACK_MS * rate,
					);
		this.#at = now;
		this.#perMs = this.#current();
	}

	#current(): number {
		const rate = typeof this.#rate === "number" ? this.#rate : this.#rate();
		return rate / 1000;
	}
}
