import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { numberOf } from "./object-table.ts";

/** Says that a database is a base: "regb" in ASCII. Source: sqlite.org, "PRAGMA application_id". */
const APPLICATION_ID = 0x72656762;

/** Changes whenever the tables do. It has to be read weeks later, by whatever version is there then. */
const SCHEMA_VERSION = 1;

/**
 * `object` is never changed: what the source had, with the version by which it is known again; `is_shared` says whether
 * the target had the same. `written` is what a rollback has put into the source since, or ("") deleted there.
 */
export const BASE_SCHEMA = `
	CREATE TABLE object (
		key TEXT PRIMARY KEY,
		rank INTEGER NOT NULL,
		size INTEGER NOT NULL,
		content TEXT,
		version TEXT NOT NULL,
		is_shared INTEGER NOT NULL
	) WITHOUT ROWID;
	CREATE TABLE written (key TEXT NOT NULL, content TEXT NOT NULL, PRIMARY KEY (key, content)) WITHOUT ROWID;
	CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
	PRAGMA user_version = ${SCHEMA_VERSION};
	PRAGMA application_id = ${APPLICATION_ID};
`;

/**
 * Opens a base that is there. What is noted in it outlives a power cut at once. Read-only, neither it nor its directory is
 * touched. Throws what SQLite throws, or an `Error`.
 */
export function openBaseTable(path: string, isReadOnly: boolean): DatabaseSync {
	const database = isReadOnly ? openReadOnly(path) : new DatabaseSync(path);
	try {
		if (
			numberOf(database, "application_id") !== APPLICATION_ID ||
			numberOf(database, "user_version") !== SCHEMA_VERSION
		)
			throw new Error(`${path} is not what a cutover of this version leaves`);
		if (!isReadOnly)
			database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
		return database;
	} catch (error) {
		database.close();
		throw error;
	}
}

/**
 * In WAL mode SQLite makes files beside it even for who only reads, unless it is told that nobody writes (sqlite.org, "Write-
 * Ahead Logging", read-only databases). Where a process was killed that wrote, what it has noted last is in such a file, and
 * needed.
 */
function openReadOnly(path: string): DatabaseSync {
	const url = pathToFileURL(path);
	if (!existsSync(`${path}-wal`)) url.searchParams.set("immutable", "1");
	return new DatabaseSync(url, { readOnly: true });
}
