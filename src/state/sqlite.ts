/** Result codes of SQLite. Source: sqlite.org, "Result and Error Codes". */
export const SQLITE = {
	busy: 5,
	readOnly: 8,
	ioError: 10,
	corrupt: 11,
	full: 13,
	cannotOpen: 14,
	notADatabase: 26,
} as const;

/** The primary result code of an error that SQLite has thrown; the upper bits, which say more, are left out. */
export function sqliteCode(error: unknown): number | undefined {
	return error instanceof Error && "errcode" in error
		? Number(error.errcode) & 0xff
		: undefined;
}

/** Whether it says that a database's file is damaged, or none. */
export function isDamage(error: unknown): boolean {
	const code = sqliteCode(error);
	return code === SQLITE.corrupt || code === SQLITE.notADatabase;
}
