import { seeJournal } from "../../cutover/course/journal-file.ts";
import {
	type Unfinished,
	unfinishedIn,
} from "../../cutover/course/unfinished.ts";
import { RegistryError } from "../../registry/registry-error.ts";
import { printable } from "../format.ts";
import type { MigrationPaths } from "./migration-files.ts";

type JournalPaths = Pick<MigrationPaths, "cutover" | "rollback">;

/** What was begun to a registry and has not ended, by which command. */
export interface UnfinishedMigration extends Unfinished {
	readonly command: keyof JournalPaths;
}

/** What there is to do about it: sentences. */
const SUGGESTIONS: Readonly<Record<keyof JournalPaths, readonly string[]>> = {
	cutover: [
		"Run the same cutover again: it goes on from there.",
		"Or run rollback, which brings the registry back to the source.",
	],
	rollback: ["Run rollback again: it goes on from there."],
};

/** Looks whether a cutover, or the way back after one, has not ended; nothing is changed. Throws a `CutoverError` where that cannot be known. */
function seeUnfinished(paths: JournalPaths): UnfinishedMigration | undefined {
	// The way back first: it is begun after a cutover.
	for (const command of ["rollback", "cutover"] as const) {
		const unfinished = unfinishedBy(command, paths);
		if (unfinished !== undefined) return unfinished;
	}
	return undefined;
}

/** The same of one of them. */
export function unfinishedBy(
	command: keyof JournalPaths,
	paths: JournalPaths,
): UnfinishedMigration | undefined {
	const unfinished = unfinishedIn(seeJournal(paths[command]) ?? []);
	return unfinished && { command, ...unfinished };
}

/**
 * Rejects a command that would come in between. Only who has the registry's record open may ask, unless nothing is to be
 * changed: otherwise one may begin meanwhile. Throws a `RegistryError` or a `CutoverError`, both `refused`.
 */
export function refuseWhileUnfinished(
	command: string,
	paths: JournalPaths,
): void {
	const unfinished = seeUnfinished(paths);
	if (unfinished === undefined) return;
	throw new RegistryError(
		"refused",
		`${sentence(unfinished)}. ${command} would come in between. Nothing was changed`,
		{ suggestions: SUGGESTIONS[unfinished.command] },
	);
}

/** What is told of it to who only looks. `isGoingOn`: a process is at it, so that there is nothing to do. */
export function unfinishedLines(
	unfinished: UnfinishedMigration,
	isGoingOn: boolean,
): readonly string[] {
	const suggestions = isGoingOn ? [] : SUGGESTIONS[unfinished.command];
	return [
		`${sentence(unfinished)}.`,
		...suggestions.map((suggestion) => `  ${suggestion}`),
	];
}

function sentence(unfinished: UnfinishedMigration): string {
	const { command, operator, since, progress } = unfinished;
	return printable(
		`A ${command} of this registry was begun by ${operator} (${since}) and has not ended: ${progress}`,
	);
}
