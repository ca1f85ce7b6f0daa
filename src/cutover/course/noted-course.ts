import type { Journal } from "./journal.ts";
import type { JournalRecord } from "./journal-record.ts";
import {
	type CutoverResult,
	hasBegun,
	openedAt,
	openingMs,
	resultOf,
} from "./journal-times.ts";
import {
	type Action,
	canTurnBack,
	hasChanged,
	inForce,
	nextAction,
	repeatFrom,
	type Standing,
	standingOf,
} from "./standing.ts";
import type { Step } from "./step.ts";

/** A course as its journal has it just now, which each note changes. Throws as `standingOf`, and as the journal does. */
export class NotedCourse<W> {
	readonly #steps: readonly Step<W>[];
	readonly #journal: Journal;
	readonly #now: () => number;

	/** `now`: milliseconds since 1970. */
	constructor(steps: readonly Step<W>[], journal: Journal, now: () => number) {
		this.#steps = steps;
		this.#journal = journal;
		this.#now = now;
	}

	get standing(): Standing {
		return standingOf(this.#records, this.#steps);
	}

	get next(): Action {
		return nextAction(this.standing, this.#steps);
	}

	get canTurnBack(): boolean {
		return canTurnBack(this.standing, this.#steps);
	}

	get hasChanged(): boolean {
		return hasChanged(this.#records, this.#steps);
	}

	get inForce(): ReturnType<typeof inForce<Step<W>>> {
		return inForce(this.standing, this.#steps);
	}

	/** The name of the step from which on all is applied again when a node takes writes; `undefined`: it is not. */
	get repeatFrom(): string | undefined {
		return repeatFrom(this.#records, this.#steps)?.name;
	}

	/** Since when pushes are refused (ms since 1970); `undefined`: they are not yet. */
	get openedAt(): number | undefined {
		return openedAt(this.#records, this.#steps);
	}

	/** How long it took until they were on every node (ms); `undefined`: they are not yet. */
	get openingMs(): number | undefined {
		return openingMs(this.#records, this.#steps);
	}

	get result(): CutoverResult {
		return resultOf(this.#records, this.#steps);
	}

	/** Why it went back, also when it has ended: a clause; `undefined`: it did not. */
	get reason(): string | undefined {
		const turned = this.#records.findLast(({ type }) => type === "turn-back");
		return turned?.type === "turn-back" ? turned.reason : undefined;
	}

	hasBegun(step: Step<W>): boolean {
		return hasBegun(this.#records, step);
	}

	/** Notes it, durably, with the time. */
	note(record: DistributiveOmit<JournalRecord, "at">): void {
		this.#journal.append({
			...record,
			at: new Date(this.#now()).toISOString(),
		});
	}

	get #records(): readonly JournalRecord[] {
		return this.#journal.records;
	}
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown
	? Omit<T, K>
	: never;
