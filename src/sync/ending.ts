import { Postponement } from "../store/postponement.ts";
import { LONGEST_MS } from "../store/wait.ts";

/** The time at which a pass is to end: aborts its signal then, with a `Postponement`. Disposing forgets about it. */
export class Ending implements Disposable {
	readonly #controller = new AbortController();
	#timer: NodeJS.Timeout | undefined;

	/** `onEnd` is called at that time; at once when it has gone by. */
	constructor(at: Date | undefined, onEnd: () => void) {
		if (at !== undefined) this.#wait(at, onEnd);
	}

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	/** A signal that is aborted by either. */
	or(signal: AbortSignal | undefined): AbortSignal {
		return signal === undefined
			? this.signal
			: AbortSignal.any([signal, this.signal]);
	}

	[Symbol.dispose](): void {
		clearTimeout(this.#timer);
	}

	#wait(at: Date, onEnd: () => void): void {
		const ms = at.getTime() - Date.now();
		if (ms <= 0) {
			onEnd();
			this.#controller.abort(new Postponement("It is time to end"));
			return;
		}
		this.#timer = setTimeout(
			() => this.#wait(at, onEnd),
			Math.min(ms, LONGEST_MS),
		).unref();
	}
}
