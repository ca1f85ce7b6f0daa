import { LONGEST_MS } from "../../store/wait.ts";
import { CutoverError } from "../cutover-error.ts";

/** How much longer the way back may take than the way into the window did. */
const MARGIN = 1.25;

/**
 * The time in which pushes are refused, and its bound: it is given up in time for the way back to fit. That restarts every
 * node once, as the way into it does, which is what it is measured by; until that is known, half of the time is kept.
 */
export class PushWindow implements Disposable {
	readonly #maxMs: number | undefined;
	readonly #now: () => number;
	readonly #over = new AbortController();
	#openedAt = 0;
	#timer: NodeJS.Timeout | undefined;

	constructor(maxMs: number | undefined, now: () => number) {
		this.#maxMs = maxMs;
		this.#now = now;
	}

	/** Aborted when it is time to go back. */
	get signal(): AbortSignal {
		return this.#over.signal;
	}

	/** Pushes begin to be refused, or began then (ms since 1970). */
	open(at: number): void {
		this.#openedAt = at;
		if (this.#maxMs !== undefined) this.#endIn(this.#maxMs / 2);
	}

	/** They are refused on every node; that took so long (ms). */
	isOpen(ms: number): void {
		if (this.#maxMs !== undefined) this.#endIn(this.#maxMs - MARGIN * ms);
	}

	/** Pushes are taken again. */
	close(): void {
		clearTimeout(this.#timer);
	}

	[Symbol.dispose](): void {
		this.close();
	}

	/** Ends it so long after it was opened (ms). */
	#endIn(ms: number): void {
		this.close();
		const left = this.#openedAt + ms - this.#now();
		this.#timer = setTimeout(
			() =>
				this.#over.abort(
					new CutoverError(
						"unproven",
						`pushes would be refused for longer than the ${(this.#maxMs ?? 0) / 1000} s that are allowed for, the way back included`,
						{ suggestions: ["Allow for more with --max-window."] },
					),
				),
			// A longer one would be over at once.
			Math.min(Math.max(0, left), LONGEST_MS),
		);
	}
}
