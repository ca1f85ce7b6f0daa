import type { JournalRecord } from "./journal-record.ts";

/**
 * What a cutover notes before it acts (I5). One process at a time has it: who opens it holds the registry's lock
 * (`RecordKeeper`).
 */
export interface Journal {
	/** All that was noted, in order; what this process notes is added. */
	readonly records: readonly JournalRecord[];
	/** When it returns, the record outlives a crash of the machine. Throws when that is not so: nothing may be begun then. */
	append(record: JournalRecord): void;
}

/** A journal that nothing outlives: a dry run's. */
export function passingJournal(): Journal {
	const records: JournalRecord[] = [];
	return { records, append: (record) => void records.push(record) };
}
