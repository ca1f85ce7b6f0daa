import {
	type Concurrency,
	forOthers,
	initialConcurrency,
	nextConcurrency,
} from "./concurrency.ts";

/** What a crew is told of. */
export interface CrewOptions {
	/** Most at a time. */
	readonly bound: number;
	/** How often a server has asked to slow down; default never. */
	readonly refusals?: { readonly count: number } | undefined;
	/** Whether the source has become slow, so that we are to yield; default never. */
	readonly isSourceSlow?: (() => boolean) | undefined;
	/** A clock (ms); default `performance.now`. */
	readonly now?: (() => number) | undefined;
}

/** How long a number is tried before it is judged: so many rounds, and no shorter than this (ms). */
const ROUNDS = 3;
const LEAST_MS = 100;

/** What an object costs beside its bytes is what so many bytes cost: connections are fast, requests are not. */
const BYTES_OF_AN_OBJECT = 64 * 1024;

/**
 * Does many things at a time, as many as pay (`nextConcurrency`). Nobody waits for a turn: a worker that is one too
 * many ends, and others are begun when more may be. So it costs an object a few additions and no promise.
 */
export class Crew {
	readonly #options: CrewOptions;
	readonly #now: () => number;
	readonly #shifts = new Set<Shift>();
	#known: Concurrency;
	#active = 0;
	#refusals: number;
	/** What was done since the window began, which is a round after the limit was changed. */
	#done = 0;
	#work = 0;
	#isSettled = false;
	/** How much is to be done before the window is looked at. */
	#enough = 0;
	#beganAt = 0;

	constructor(options: CrewOptions) {
		this.#options = options;
		this.#now = options.now ?? (() => performance.now());
		this.#known = initialConcurrency(options.bound);
		this.#refusals = options.refusals?.count ?? 0;
	}

	/** How many there may be at a time. */
	get limit(): number {
		return this.#known.limit;
	}

	/** What is to be done from here on is of another kind. */
	forOthers(): void {
		this.#known = forOthers(this.#known);
		this.#unsettle();
	}

	/**
	 * Has workers do what there is to do, at most so many. A worker takes one thing after the other while it is told to
	 * stay, reports each by `done`, and resolves when it is told to end, or nothing is left. Resolves when all have ended;
	 * rejects then with the first failure, which ends the others.
	 */
	async run(
		work: (stays: () => boolean) => Promise<void>,
		most: number = this.#options.bound,
	): Promise<void> {
		if (this.#active === 0) {
			this.#refusals = this.#options.refusals?.count ?? 0;
			this.#unsettle();
		}
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		const shift: Shift = {
			...{ work, most, active: 0, leaving: 0, isOver: false },
			...{ failure: undefined, resolve, reject },
			stays: () => this.#stays(shift),
		};
		this.#shifts.add(shift);
		// Whoever comes has one at least, or nothing would go on.
		this.#begin(shift);
		this.#fill();
		await promise;
	}

	/** An object of so many bytes has been dealt with. */
	done(bytes: number): void {
		this.#done++;
		this.#work += 1 + bytes / BYTES_OF_AN_OBJECT;
		const count = this.#options.refusals?.count ?? 0;
		if (count !== this.#refusals) {
			this.#refusals = count;
			this.#step(true);
		} else if (this.#done >= this.#enough) this.#look();
	}

	#look(): void {
		const now = this.#now();
		if (!this.#isSettled) {
			this.#isSettled = true;
			this.#measure(now);
			return;
		}
		if (now - this.#beganAt < LEAST_MS) {
			this.#enough += this.#known.limit;
			return;
		}
		this.#step(this.#options.isSourceSlow?.() === true, now);
	}

	#step(isTrouble: boolean, now = this.#now()): void {
		const next = nextConcurrency(
			this.#known,
			{
				now,
				rate: this.#work / Math.max(1, now - this.#beganAt),
				isUsed: this.#active >= this.#known.limit,
				isTrouble,
			},
			this.#options.bound,
		);
		const isChanged = next.limit !== this.#known.limit;
		this.#known = next;
		if (isChanged) {
			this.#unsettle();
			this.#fill();
		} else this.#measure(now);
	}

	/** Waits for a round to pass: what is on its way was begun under other terms. */
	#unsettle(): void {
		this.#isSettled = false;
		this.#done = 0;
		this.#enough = Math.max(this.#active, this.#known.limit);
	}

	#measure(now: number): void {
		this.#beganAt = now;
		this.#done = 0;
		this.#work = 0;
		this.#enough = ROUNDS * this.#known.limit;
	}

	#fill(): void {
		for (const shift of this.#shifts)
			while (
				this.#active < this.#known.limit &&
				shift.active < shift.most &&
				!shift.isOver
			)
				this.#begin(shift);
	}

	/** Of those that do one thing, the last goes on whatever the limit is. */
	#stays(shift: Shift): boolean {
		if (shift.isOver) return false;
		if (this.#active <= this.#known.limit || shift.active === 1) return true;
		this.#active--;
		shift.active--;
		shift.leaving++;
		return false;
	}

	#begin(shift: Shift): void {
		this.#active++;
		shift.active++;
		shift.work(shift.stays).then(
			() => this.#end(shift),
			(error: unknown) => {
				shift.failure ??= { error };
				shift.isOver = true;
				this.#end(shift);
			},
		);
	}

	#end(shift: Shift): void {
		if (shift.leaving > 0) shift.leaving--;
		else {
			this.#active--;
			shift.active--;
			shift.isOver = true;
		}
		if (shift.active + shift.leaving > 0) return;
		this.#shifts.delete(shift);
		if (shift.failure === undefined) shift.resolve();
		else shift.reject(shift.failure.error);
		this.#fill();
	}
}

/** The workers that do one thing. */
interface Shift {
	readonly work: (stays: () => boolean) => Promise<void>;
	readonly most: number;
	readonly stays: () => boolean;
	readonly resolve: () => void;
	readonly reject: (error: unknown) => void;
	active: number;
	/** How many have been told to end, and have not yet. */
	leaving: number;
	/** Nothing is left to be done, or it failed. */
	isOver: boolean;
	failure: { readonly error: unknown } | undefined;
}
