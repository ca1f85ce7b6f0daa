/** Why the index cannot be kept. */
export type IndexErrorCode = "full" | "damaged" | "unwritable";

/** The index could not be kept, and the pass ended: without it nobody knows what must be held back. */
export class IndexError extends Error {
	override readonly name = "IndexError";
	readonly code: IndexErrorCode;
	readonly suggestions: readonly string[];

	constructor(
		code: IndexErrorCode,
		message: string,
		options: {
			readonly cause: unknown;
			readonly suggestions: readonly string[];
		},
	) {
		super(message, { cause: options.cause });
		this.code = code;
		this.suggestions = options.suggestions;
	}
}

/** Whether an error is the database's: a failure of the index, not of the object that is dealt with. */
export function isOfIndex(error: unknown): boolean {
	return (
		error instanceof Error &&
		"code" in error &&
		error.code === "ERR_SQLITE_ERROR"
	);
}

// Source: sqlite.org, "Result and Error Codes".
const CORRUPT = 11;
const FULL = 13;
const NOT_A_DATABASE = 26;

/** What an error of the database means for whoever runs the pass; every other error as it is. `path`: the index's file. */
export function fromIndex(thrown: unknown, path: string | undefined): unknown {
	// What is thrown while the index is closed hides what led to it.
	const cause = thrown instanceof SuppressedError ? thrown.suppressed : thrown;
	if (!(cause instanceof Error) || !isOfIndex(cause)) return cause;
	const number = "errcode" in cause ? Number(cause.errcode) & 0xff : 0;
	const what = path === undefined ? "the temporary index" : `the index ${path}`;
	if (number === FULL) {
		const advice =
			path === undefined
				? "Make room in /var/tmp, or name another directory in SQLITE_TMPDIR, and run it again."
				: "Make room there, and run it again.";
		return new IndexError(
			"full",
			`Cannot keep ${what}: no space is left there`,
			{
				cause,
				suggestions: [advice],
			},
		);
	}
	if (path !== undefined && [CORRUPT, NOT_A_DATABASE].includes(number))
		return new IndexError("damaged", `Cannot read ${what}: it is damaged`, {
			cause,
			suggestions: ["Delete it, and run it again: it is made anew."],
		});
	return unwritable(path, cause);
}

/** The error of an index that cannot be made or written where it is to be. */
export function unwritable(
	path: string | undefined,
	cause: unknown,
): IndexError {
	const what = path === undefined ? "the temporary index" : `the index ${path}`;
	const reason = cause instanceof Error ? cause.message : String(cause);
	return new IndexError("unwritable", `Cannot keep ${what}: ${reason}`, {
		cause,
		suggestions: [
			path === undefined
				? "Name a directory that can be written in SQLITE_TMPDIR, then run it again."
				: "Name a directory that can be written with --state-directory, then run it again.",
		],
	});
}
