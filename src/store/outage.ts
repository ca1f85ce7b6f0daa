import { StoreError } from "./errors.ts";

/** How long a server is waited for that answers nothing any more, and who is told. */
export interface OutageOptions {
	/** Give up when nothing has got through for so long (ms). */
	readonly patienceMs: number;
	/** Give up then in any case; default never. */
	readonly endsAt?: Date | undefined;
	/** Told when it is first waited for; `error` is what the first call failed with. */
	readonly onBegin?: ((error: StoreError) => void) | undefined;
	/** Told when something has got through again, after so long (ms). */
	readonly onEnd?: ((store: string, ms: number) => void) | undefined;
	/** A clock (ms); default `performance.now`. */
	readonly now?: (() => number) | undefined;
}

/**
 * Tells an outage from a failure: of everything that is asked of one server, nothing gets through. Failing object by
 * object then, a pass would only end with a list of all of them; so calls wait until something gets through again.
 */
export class Outage {
	readonly #options: OutageOptions;
	readonly #now: () => number;
	#through = 0;
	#began: { readonly ms: number; readonly store: string } | undefined;

	constructor(options: OutageOptions) {
		this.#options = options;
		this.#now = options.now ?? (() => performance.now());
	}

	/** How many calls have got through; to be noted when an attempt fails. */
	get through(): number {
		return this.#through;
	}

	/** How long a wait may last (ms) that would last so long. */
	withinTime(ms: number): number {
		const { endsAt } = this.#options;
		if (endsAt === undefined) return ms;
		return Math.max(0, Math.min(ms, endsAt.getTime() - Date.now()));
	}

	/** A call was answered, whatever the answer. */
	gotThrough(): void {
		this.#through++;
		if (this.#began === undefined) return;
		const { ms, store } = this.#began;
		this.#began = undefined;
		this.#options.onEnd?.(store, this.#now() - ms);
	}

	/**
	 * Whether a call is to be made again, of which others would say that it has failed too often. `before`: how many had got
	 * through when its attempt before this one failed; what began together with others that got through tells nothing.
	 *
	 * | its failure        | others since the attempt before | nothing has got through | verdict   |
	 * | ------------------ | ------------------------------- | ----------------------- | --------- |
	 * | is an answer       |                                 |                         | it failed |
	 * | is that none came  | there was no attempt before     |                         | wait      |
	 * | is that none came  | some got through                |                         | it failed |
	 * | is that none came  | none                            | for the patience        | it failed |
	 * | is that none came  | none                            | for less                | wait      |
	 *
	 * Nobody is waited for once all is to end.
	 */
	isWaitedOut(error: unknown, before: number | undefined): boolean {
		if (!(error instanceof StoreError) || !error.isUnanswered) return false;
		if (this.withinTime(1) === 0) return false;
		if (before === undefined) return this.#options.patienceMs > 0;
		if (this.#through !== before) return false;
		if (this.#began === undefined) {
			this.#began = { ms: this.#now(), store: error.store };
			this.#options.onBegin?.(error);
		}
		return this.#now() - this.#began.ms < this.#options.patienceMs;
	}
}
