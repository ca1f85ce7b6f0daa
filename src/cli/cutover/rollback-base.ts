import { existsSync } from "node:fs";
import type { BegunRecord } from "../../cutover/course/journal-record.ts";
import { SQLITE, sqliteCode } from "../../state/sqlite.ts";
import { messageOf } from "../../store/thrown.ts";
import { BaseFile } from "../../sync/base-file.ts";
import { refusal } from "./rollback-refusal.ts";

/**
 * Opens the base of this cutover; of a dry run without touching anything. Throws a `CutoverError` (`refused`) where there is
 * none, or it is another one's.
 */
export function openBase(
	path: string,
	{ id }: Pick<BegunRecord, "id">,
	isDryRun: boolean,
): BaseFile {
	const suggestions = [
		"What was on both sides when the registry went over is needed to tell what was done since. Without it, copy back with sync by hand, while the registry is read-only.",
	];
	if (!existsSync(path) && existsSync(`${path}.retired`))
		throw refusal(
			"its old source was retired, so nothing is left there to go back to",
			[],
		);
	if (!existsSync(path))
		throw refusal(
			`${path} is not there, which its cutover has left`,
			suggestions,
		);
	using opened = new DisposableStack();
	const base = opened.use(readBase(path, isDryRun, suggestions));
	if (base.id !== id)
		throw refusal(`${path} is another cutover's`, suggestions);
	opened.move();
	return base;
}

/** What is wrong with where a file lies, and not with what it holds. */
const UNUSABLE: ReadonlySet<number> = new Set([
	SQLITE.readOnly,
	SQLITE.ioError,
	SQLITE.full,
	SQLITE.cannotOpen,
]);

function readBase(
	path: string,
	isReadOnly: boolean,
	suggestions: readonly string[],
): BaseFile {
	try {
		return new BaseFile(path, { isReadOnly });
	} catch (error) {
		throw refusal(
			`${path}, which its cutover has left, cannot be read: ${messageOf(error)}`,
			// What it holds is not lost with that.
			UNUSABLE.has(sqliteCode(error) ?? 0)
				? [
						"Let whoever runs this write in the state directory: a file system that is mounted read-only, that is full, or another user's is in the way.",
					]
				: suggestions,
		);
	}
}
