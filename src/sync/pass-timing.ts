import type { SyncEvent } from "./events.ts";

/** How long the steps of a pass take (ms). */
export interface PassTiming {
	/** To list the target, as far as it is not done while the source is read. */
	readonly listMs: number;
	/** To read the source, and whatever else comes before it is known what is to be copied. */
	readonly readMs: number;
	readonly copyMs: number;
	/** To delete what the source no longer has. */
	readonly deleteMs: number;
}

/** All steps together (ms). */
export function sumOf(timing: PassTiming): number {
	const { listMs, readMs, copyMs, deleteMs } = timing;
	return listMs + readMs + copyMs + deleteMs;
}

/** Times the steps of one pass by its events. */
export class PassClock {
	readonly #now: () => number;
	readonly #began: number;
	#firstRead: number | undefined;
	#lastRead: number;
	#lastListed: number;
	#planned: number;
	#firstDeleted: number | undefined;

	/** Starts at once. */
	constructor(now: () => number) {
		this.#now = now;
		this.#began = now();
		this.#lastRead = this.#began;
		this.#lastListed = this.#began;
		this.#planned = this.#began;
	}

	observe({ type }: SyncEvent): void {
		if (type === "target-listed") this.#lastListed = this.#now();
		if (type === "planned") this.#planned = this.#now();
		if (type === "deleted") this.#firstDeleted ??= this.#now();
		if (type !== "source-read") return;
		this.#lastRead = this.#now();
		this.#firstRead ??= this.#lastRead;
	}

	/**
	 * How long each step took, now that the pass has ended.
	 *
	 * | the target was listed        | listing it cost                   |
	 * | ---------------------------- | --------------------------------- |
	 * | before the source was read   | all of the time until then        |
	 * | while it was read            | what it took longer than that     |
	 * | not at all                   | nothing                           |
	 */
	timing(): PassTiming {
		const ended = this.#now();
		const firstRead = this.#firstRead ?? Number.POSITIVE_INFINITY;
		const isBefore = this.#lastListed <= firstRead;
		const listMs = isBefore
			? this.#lastListed - this.#began
			: Math.max(0, this.#lastListed - this.#lastRead);
		const copied = this.#firstDeleted ?? ended;
		return {
			listMs,
			readMs: this.#planned - this.#began - listMs,
			copyMs: copied - this.#planned,
			deleteMs: ended - copied,
		};
	}
}
