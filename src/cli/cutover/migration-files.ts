import { existsSync } from "node:fs";
import { type Journal, passingJournal } from "../../cutover/course/journal.ts";
import { JournalFile } from "../../cutover/course/journal-file.ts";
import type { RecordKeeper } from "../../registry/read-only/record.ts";
import {
	openRecordFile,
	seeRecord,
} from "../../registry/read-only/record-file.ts";
import type { RegistrySession } from "../registry/registry-session.ts";
import { seenKeeper } from "../registry/seen-keeper.ts";
import { bringBackFormer } from "./former-cutover.ts";

/** The files of a registry's migration, all in the state directory and beside each other. */
export interface MigrationPaths {
	/** What the registry was found to be when it was made read-only; whoever has it open has the registry. */
	readonly record: string;
	/** How far the cutover is. */
	readonly cutover: string;
	/** What the last pass of the cutover is to delete. */
	readonly deletes: string;
	/** What of the target is in doubt until the window. */
	readonly doubt: string;
	/** How the names begin of what was on both sides when the registry went over to a target (`base-files.ts`). */
	readonly bases: string;
	/** How far a way back after that is. */
	readonly rollback: string;
	/** What the last pass of that is to delete. */
	readonly deletesBack: string;
	/** What the source was before it was fenced. */
	readonly fence: string;
	/** Which source was begun to be deleted: nothing leads back to it. */
	readonly retired: string;
	/** What was told of all of it. */
	readonly events: string;
}

export function migrationPaths(
	session: RegistrySession,
	stateDirectory: string,
): MigrationPaths {
	return pathsBeside(session.recordPath(stateDirectory));
}

/** The same by the path of the record. */
export function pathsBeside(record: string): MigrationPaths {
	const beside = (name: string) => record.replace(/db$/, name);
	return {
		record,
		cutover: beside("cutover"),
		deletes: beside("deletes"),
		doubt: beside("doubt"),
		bases: beside("base-"),
		rollback: beside("rollback"),
		deletesBack: beside("deletes-back"),
		fence: beside("fence"),
		retired: beside("retired"),
		events: beside("events"),
	};
}

/** A registry that this process has, and what is noted of what it does to it. Disposing lets both go. */
export interface HeldRegistry extends Disposable {
	readonly keeper: RecordKeeper;
	readonly journal: Journal;
}

/**
 * Opens the record of a registry, by which others are kept from it, and then the journal at a path. What `guard` throws comes
 * in between: no journal that has ended is put aside then. A cutover that comes to nothing gives way to the one before it, if
 * that can still be rolled back. A dry run keeps nobody from it, and leaves nothing. Throws a `RegistryError` or a
 * `CutoverError`.
 */
export function holdRegistry(
	paths: MigrationPaths,
	journalPath: string,
	isDryRun: boolean,
	guard: () => void = () => {},
): HeldRegistry {
	const { record } = paths;
	if (isDryRun) {
		guard();
		return {
			keeper: seenKeeper(seeRecord(record).record),
			journal: passingJournal(),
			[Symbol.dispose]() {},
		};
	}
	using opened = new DisposableStack();
	const keeper = opened.use(openRecordFile(record));
	// Where the last process was killed before it could.
	bringBackFormer(paths);
	guard();
	opened.defer(() => {
		try {
			bringBackFormer(paths);
		} catch {
			// What came of this run counts; the next one tries again, and says why it cannot.
		}
	});
	const journal = opened.use(new JournalFile(journalPath));
	const held = opened.move();
	return { keeper, journal, [Symbol.dispose]: () => held.dispose() };
}

/** The index, by its path; a dry run makes none, but uses one that is there. */
export function indexFor(path: string, isDryRun: boolean): string | undefined {
	return isDryRun && !existsSync(path) ? undefined : path;
}
