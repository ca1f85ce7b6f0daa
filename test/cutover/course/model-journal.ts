import type { Journal } from "../../../src/cutover/course/journal.ts";
import type { JournalRecord } from "../../../src/cutover/course/journal-record.ts";
import { Killed, type ModelWorld } from "./model-world.ts";

/**
 * A journal that outlives the processes of a model. The process may be killed before a record is there, while it is being
 * written, which leaves a torn one, and when it is there.
 */
export class ModelJournal implements Journal {
	readonly records: JournalRecord[];
	readonly #world: ModelWorld;

	/** `records`: what is in it already. */
	constructor(world: ModelWorld, records: readonly JournalRecord[] = []) {
		this.#world = world;
		this.records = [...records];
	}

	append(record: JournalRecord): void {
		this.#world.point();
		try {
			this.#world.point();
		} catch (error) {
			// As the next process that opens it finds it.
			if (error instanceof Killed && !this.#isTorn)
				this.records.push({ type: "torn", at: record.at });
			throw error;
		}
		this.records.push(record);
		this.#world.point();
	}

	get #isTorn(): boolean {
		return this.records.at(-1)?.type === "torn";
	}
}
