import type { JournalRecord } from "./journal-record.ts";

/** What was begun to a registry and has not ended. */
export interface Unfinished {
	/** `operator@host`. */
	readonly operator: string;
	/** ISO 8601, UTC. */
	readonly since: string;
	/** How far it is: a clause. */
	readonly progress: string;
}

/**
 * What a journal says that was begun and has not ended; `undefined`: nothing. Somebody may be at it just now: only the
 * lock of the registry tells.
 *
 * | last record   | then                         |
 * | ------------- | ---------------------------- |
 * | none          | nothing was begun            |
 * | begun         | no step was                  |
 * | apply, repeat | in that step                 |
 * | done          | after that step              |
 * | turn-back     | going back, nothing undone   |
 * | undo          | going back, in that step     |
 * | undone        | going back, that step undone |
 * | torn          | as of the one before         |
 * | database      | as of the one before         |
 * | ended         | it has ended                 |
 */
export function unfinishedIn(
	records: readonly JournalRecord[],
): Unfinished | undefined {
	const [first] = records;
	if (first?.type !== "begun") return undefined;
	const last = records.findLast(isOfProgress) ?? first;
	if (last.type === "ended") return undefined;
	const { operator, at: since } = first;
	return { operator, since, progress: progressAt(last) };
}

/** A record that says how far it is. */
type ProgressRecord = Exclude<JournalRecord, { type: "torn" | "database" }>;

function isOfProgress(record: JournalRecord): record is ProgressRecord {
	return record.type !== "torn" && record.type !== "database";
}

function progressAt(
	record: Exclude<ProgressRecord, { type: "ended" }>,
): string {
	switch (record.type) {
		case "begun":
			return "none of its steps was begun";
		case "apply":
		case "repeat":
			return `it is in the step "${record.step}"`;
		case "done":
			return `its step "${record.step}" is done`;
		case "turn-back":
			return "it is going back, and nothing is undone yet";
		case "undo":
			return `it is going back, in the step "${record.step}"`;
		case "undone":
			return `it is going back, and its step "${record.step}" is undone`;
		default:
			return record satisfies never;
	}
}
