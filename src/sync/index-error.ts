import { isDamage, SQLITE, sqliteCode } from "../state/sqlite.ts";
import { ForeignDatabase } from "./object-table.ts";

/**
 * The index cannot be kept: its place is full, or may not be written. `refused`: no pass was begun; `failed`: what was copied is
 * at the target.
 */
export class IndexError extends Error {
	override readonly name = "IndexError";
	readonly code: "refused" | "failed";
	readonly suggestions: readonly string[];

	constructor(
		message: string,
		cause: unknown,
		suggestions: readonly string[],
		code: IndexError["code"] = "failed",
	) {
		super(message, { cause });
		this.code = code;
		this.suggestions = suggestions;
	}
}

/** An `IndexError` that says what to do, for an error of SQLite or of the index's directory; any other as it is. */
export function asIndexError(
	error: unknown,
	path: string | undefined,
): unknown {
	if (path !== undefined && isDamage(error))
		return new IndexError(`The index at ${path} was damaged`, error, [
			"Run it again: the index is made anew, and nothing is lost but time.",
		]);
	if (path !== undefined && error instanceof ForeignDatabase)
		return new IndexError(
			`The index cannot be kept at ${path}: that is another program's database`,
			error,
			["Name another directory with --state-directory."],
		);
	const found = reasonOf(error);
	if (found === undefined) return error;
	const isFull = found === FULL;
	if (path === undefined)
		return new IndexError(
			`The index of this pass cannot be written: ${found}`,
			error,
			["Name a directory with more room in SQLITE_TMPDIR, and run it again."],
		);
	return new IndexError(
		`The index cannot be kept at ${path}: ${found}`,
		error,
		[
			isFull
				? "Make room there, or name another directory with --state-directory, and run it again."
				: "Name another directory with --state-directory.",
		],
	);
}

const FULL = "there is no room left";

function reasonOf(error: unknown): string | undefined {
	switch (sqliteCode(error)) {
		case SQLITE.full:
			return FULL;
		case SQLITE.readOnly:
		case SQLITE.cannotOpen:
			return "it may not be written, or its directory may not";
		case SQLITE.ioError:
			return "its disk cannot be read or written";
		default:
	}
	if (!(error instanceof Error) || !("syscall" in error && "code" in error))
		return undefined;
	switch (error.code) {
		case "ENOSPC":
		case "EDQUOT":
			return FULL;
		case "EACCES":
		case "EPERM":
		case "EROFS":
			return "its directory may not be written";
		case "ENOTDIR":
		case "EEXIST":
			return "its directory is a file, or lies in one";
		default:
			return undefined;
	}
}
