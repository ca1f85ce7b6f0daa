/** Attempts after the first that a store may make before calls must succeed again. Source: AWS SDKs' standard retry mode. */
const RESERVE = 500;

/** What each call that succeeds gives back. Source: the example of gRPC's retry throttling (gRFC A6), a tenth. */
const GAIN = 0.1;

/**
 * Bounds how much retrying adds to what a store is asked for: a reserve that lets many calls at once survive a
 * restart of the server, and beyond it one retry for ten calls that succeed. Where a server is gone for longer, calls
 * soon fail at once instead of each hanging on, and the next pass makes good for them.
 */
export class RetryBudget {
	readonly #reserve: number;
	#left: number;

	/** `reserve`: retries to begin with, and at most. */
	constructor(reserve: number = RESERVE) {
		this.#reserve = reserve;
		this.#left = reserve;
	}

	/** A call has succeeded. */
	gain(): void {
		if (this.#left < this.#reserve)
			this.#left = Math.min(this.#reserve, this.#left + GAIN);
	}

	/** Whether there may be another retry; if so, it is charged. */
	spend(): boolean {
		if (this.#left < 1) return false;
		this.#left--;
		return true;
	}
}
