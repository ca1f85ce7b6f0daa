import { DatabaseSync, type StatementSync } from "node:sqlite";
import { BLOBS_PREFIX } from "../layout/paths.ts";
import { ASIDE, State } from "./object-state.ts";

const WAITING = `state IN (${State.copy}, ${State.compare})`;
/** What the source has that can be copied. */
const SOUND = `state <> ${State.malformed}`;
/** What only the target has. */
const EXTRA = `size IS NULL AND target_size IS NOT NULL AND state = ${State.settled}`;
/** A blob's digest, from its key (`…/ALGORITHM/HH/HEX/data`), as links hold it. */
const BELOW_BLOBS = `substr(key, ${BLOBS_PREFIX.length + 1})`;
const DIGEST_OF_BLOB = `
	substr(${BELOW_BLOBS}, 1, instr(${BELOW_BLOBS}, '/') - 1) || ':' ||
	substr(${BELOW_BLOBS}, instr(${BELOW_BLOBS}, '/') + 4, length(${BELOW_BLOBS}) - instr(${BELOW_BLOBS}, '/') - 8)`;
const SAME = `state = ${State.settled} AND size IS NOT NULL`;

/** Changes whenever the tables do: a file of another version is begun anew. */
const SCHEMA_VERSION = 2;

/** Says that a database is an index: "regm" in ASCII. Source: sqlite.org, "PRAGMA application_id". */
const APPLICATION_ID = 0x7265676d;

/**
 * One flat table by key. The objects that wait, and those in trouble, are found by partial indexes, which cost only as
 * much as there is of either. `size`, `content` and `version` are the source's: what it was seen to hold, with the
 * version by which it is known again ("" is never equal). `target_…` is what the target has; a size of -1 says that
 * it may have something. `proven` is the target's version of a blob whose bytes were proven, where not all of the
 * target's are known to be: "?" is one that is not known. A range that could not be looked at is a row, too: its key ends
 * in "/", and it has no sizes.
 *
 * `fact` holds what is known of the whole: see `IndexFile`.
 */
const SCHEMA = `
	CREATE TABLE object (
		key TEXT PRIMARY KEY,
		rank INTEGER,
		is_large INTEGER NOT NULL DEFAULT 0,
		size INTEGER,
		content TEXT,
		version TEXT NOT NULL DEFAULT '',
		target_size INTEGER,
		target_md5 TEXT,
		proven TEXT NOT NULL DEFAULT '',
		state INTEGER NOT NULL DEFAULT ${State.settled}
	) WITHOUT ROWID;
	CREATE INDEX waiting ON object (rank, is_large, key) WHERE ${WAITING};
	CREATE INDEX trouble ON object (key, rank) WHERE state = ${State.trouble};
	CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
	PRAGMA user_version = ${SCHEMA_VERSION};
	PRAGMA application_id = ${APPLICATION_ID};
`;

/** The size of a page is that of a few dozen rows, which makes the tree flat. */
const PAGES = "PRAGMA page_size = 8192;";

/** It is gone when the process ends, however it ends: there is nothing to commit and nothing to recover. */
const TEMPORARY = `${PAGES} PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;`;

/**
 * One process at a time. A commit survives the process at once, and a power cut within moments: what must survive it
 * for certain is committed by `commitDurably`.
 */
const LASTING = `
	${PAGES}
	PRAGMA locking_mode = EXCLUSIVE;
	PRAGMA journal_mode = WAL;
	PRAGMA synchronous = NORMAL;
`;

/** Rows read at a time. */
const BATCH = 1000;

const STATEMENTS = {
	addTarget: `
		INSERT INTO object (key, rank, target_size, target_md5) VALUES (:key, :rank, :size, :md5)
		ON CONFLICT (key) DO UPDATE SET target_size = excluded.target_size, target_md5 = excluded.target_md5,
			proven = CASE WHEN proven = :version THEN proven ELSE '' END`,
	addSource: `
		INSERT INTO object (key, rank, is_large, size, content, version, state) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET rank = excluded.rank, is_large = excluded.is_large, size = excluded.size,
			content = excluded.content, version = excluded.version, state = excluded.state`,
	seen: `
		SELECT key, CASE WHEN state = ${State.settled} AND target_size >= 0 THEN version ELSE '' END FROM object
		WHERE key > ? AND key < ? AND size IS NOT NULL AND rank BETWEEN ? AND ? ORDER BY key LIMIT ${BATCH}`,
	atTarget: `
		SELECT key, target_size FROM object
		WHERE key > ? AND key < ? AND target_size IS NOT NULL ORDER BY key LIMIT ${BATCH}`,
	gone: `
		UPDATE object SET size = NULL, content = NULL, version = '', is_large = 0, state = ${State.settled}
		WHERE key = ?`,
	mark: `
		INSERT INTO object (key, rank, state) VALUES (?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET rank = excluded.rank, state = excluded.state`,
	settle: `UPDATE object SET state = ${State.settled} WHERE key = ?`,
	written: `
		UPDATE object SET target_size = ?, target_md5 = ?, proven = ?, state = ${State.settled} WHERE key = ?`,
	prove: "UPDATE object SET proven = ? WHERE key = ?",
	unproven: `
		SELECT 1 FROM object WHERE rank = ? AND target_size IS NOT NULL AND proven = '' LIMIT 1`,
	unsure:
		"UPDATE object SET target_size = -1, target_md5 = NULL, proven = '' WHERE key = ?",
	target:
		"SELECT target_size, target_md5, proven FROM object WHERE key = ? AND target_size IS NOT NULL",
	content:
		"SELECT content FROM object WHERE key = ? AND version = ? AND content IS NOT NULL",
	find: "SELECT size, target_size, state FROM object WHERE key = ?",
	waiting: `
		SELECT key, size, content, state FROM object
		WHERE ${WAITING} AND rank = ? AND is_large = ? AND key > ? ORDER BY key LIMIT ${BATCH}`,
	undecided: `
		SELECT key, size, content, version FROM object
		WHERE +state = ${State.copy} AND size IS NOT NULL AND target_size IS NOT NULL AND key > ? ORDER BY key LIMIT ${BATCH}`,
	sameLinks: `
		SELECT key, rank, content FROM object
		WHERE state = ${State.settled} AND content IS NOT NULL AND key > ? ORDER BY key LIMIT ${BATCH}`,
	revisions: `
		SELECT key, content FROM object
		WHERE key > ? AND key < ? AND rank = ? AND size IS NOT NULL AND content IS NOT NULL ORDER BY key LIMIT ${BATCH}`,
	trouble: `
		SELECT key FROM object
		WHERE state = ${State.trouble} AND key >= ? AND key < ? AND rank < ? ORDER BY key LIMIT 1`,
	extra: `
		SELECT key, target_size FROM object
		WHERE ${EXTRA} AND rank = ? AND key > ? ORDER BY key LIMIT ${BATCH}`,
	extraTotals: `
		SELECT count(*) FILTER (WHERE ${EXTRA}), total(max(target_size, 0)) FILTER (WHERE ${EXTRA}),
			count(*) FILTER (WHERE ${EXTRA} AND rank = :tag), count(*) FILTER (WHERE ${EXTRA} AND rank = :blob),
			count(*) FILTER (WHERE ${EXTRA} AND rank BETWEEN :link AND :tag - 1),
			count(target_size) FILTER (WHERE rank = :tag AND state < ${ASIDE})
		FROM object`,
	namedBlobs: `
		SELECT count(*), max(iif(rank >= :revision, content, '')) FROM (
			SELECT content, max(rank) AS rank FROM object
			WHERE size IS NOT NULL AND rank <> :history AND content IN (SELECT ${DIGEST_OF_BLOB} FROM object WHERE ${EXTRA} AND rank = :blob)
			GROUP BY content)`,
	deleted: "DELETE FROM object WHERE key = ?",
	totals: `
		SELECT count(size) FILTER (WHERE ${SOUND}), total(size) FILTER (WHERE ${SOUND}),
			count(*) FILTER (WHERE ${SAME}), total(size) FILTER (WHERE ${SAME}),
			count(*) FILTER (WHERE ${WAITING}), total(size) FILTER (WHERE ${WAITING}),
			count(*) FILTER (WHERE state = ${State.compare}),
			count(size) FILTER (WHERE rank = ?), count(size) FILTER (WHERE rank = ?),
			count(target_size), count(target_size + size)
		FROM object`,
	fact: "SELECT value FROM fact WHERE name = ?",
	setFact: `
		INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
};

/** Troubles of a pass that is over: what they were about is looked at again. */
const FORGET_TROUBLE = `
	DELETE FROM object WHERE state = ${State.trouble} AND size IS NULL AND target_size IS NULL;
	UPDATE object SET state = ${State.settled} WHERE state = ${State.trouble} AND size IS NULL;
`;

const FORGET_TARGET = `
	DELETE FROM object WHERE size IS NULL;
	UPDATE object SET target_size = NULL, target_md5 = NULL WHERE target_size IS NOT NULL;
`;

/** The tables, and their statements. */
export interface ObjectTable {
	readonly database: DatabaseSync;
	readonly statements: Readonly<Record<keyof typeof STATEMENTS, StatementSync>>;
}

/**
 * Opens the tables in a file, which is made where there is none; `undefined`: in a temporary database of SQLite's own,
 * which has no name. A transaction is begun. Throws what SQLite throws, `SQLITE.busy` where another process has the file
 * open; and a `ForeignDatabase` where the file is another program's.
 */
export function openTable(path: string | undefined): ObjectTable {
	const database = new DatabaseSync(path ?? "");
	try {
		// Before anything is changed in it.
		if (!isIndex(database)) throw new ForeignDatabase();
		database.exec(path === undefined ? TEMPORARY : LASTING);
		// Takes the lock, which another process may have.
		database.exec("BEGIN IMMEDIATE");
		if (numberOf(database, "user_version") !== SCHEMA_VERSION) {
			for (const table of ["object", "fact"])
				database.exec(`DROP TABLE IF EXISTS ${table}`);
			database.exec(SCHEMA);
		}
		return { database, statements: prepare(database) };
	} catch (error) {
		database.close();
		throw error;
	}
}

/**
 * Rows of an index that no pass has open, by a query for those after a key, which is each row's first column. Nothing of it
 * is changed; nobody else can open it meanwhile.
 */
export function* rowsIn(
	path: string,
	sql: string,
): Generator<readonly unknown[], undefined> {
	const { database } = openTable(path);
	try {
		const statement = database.prepare(`${sql} ORDER BY key LIMIT ${BATCH}`);
		statement.setReturnArrays(true);
		yield* inBatches((after) => statement.all(after));
	} finally {
		database.exec("ROLLBACK");
		database.close();
	}
}

/** The file is a database, and not an index of ours: nothing in it was changed. */
export class ForeignDatabase extends Error {
	override readonly name = "ForeignDatabase";
}

/** Makes what was written so far last, and goes on. */
export function commit({ database }: ObjectTable): void {
	database.exec("COMMIT; BEGIN IMMEDIATE");
}

/** As `commit`; when it returns, what was written survives a power cut. */
export function commitDurably({ database }: ObjectTable): void {
	database.exec(
		"COMMIT; PRAGMA synchronous = FULL; BEGIN IMMEDIATE; INSERT OR REPLACE INTO fact VALUES ('synced', ''); COMMIT; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
	);
}

/** Forgets what was in trouble, and with `isTargetUnknown` all that the target was known to have. */
export function beginPass(
	{ database }: ObjectTable,
	isTargetUnknown: boolean,
): void {
	database.exec(FORGET_TROUBLE);
	if (isTargetUnknown) database.exec(FORGET_TARGET);
}

/** Rows in the order of their first column, a key. Each batch is read when it is needed, after the last one's end. */
export function* inBatches(
	read: (after: string) => ReturnType<StatementSync["all"]>,
	start = "",
): Generator<readonly unknown[], undefined> {
	for (let after = start; ; ) {
		const rows = read(after);
		for (const each of rows) {
			const row = rowOf(each);
			if (row === undefined) continue;
			after = String(row[0]);
			yield row;
		}
		if (rows.length < BATCH) return undefined;
	}
}

/** A row as an array, as statements here return them; `undefined` where there is none. */
export function rowOf(row: unknown): readonly unknown[] | undefined {
	return Array.isArray(row) ? row : undefined;
}

/** An empty database is one, too: it is about to be. */
function isIndex(database: DatabaseSync): boolean {
	if (numberOf(database, "application_id") === APPLICATION_ID) return true;
	const tables = database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1");
	return tables.get() === undefined;
}

export function numberOf(
	database: DatabaseSync,
	pragma: "user_version" | "application_id",
): number {
	const statement = database.prepare(`PRAGMA ${pragma}`);
	statement.setReturnArrays(true);
	return Number(rowOf(statement.get())?.[0]);
}

function prepare(database: DatabaseSync): ObjectTable["statements"] {
	const statement = (sql: string) => {
		const prepared = database.prepare(sql);
		prepared.setReturnArrays(true);
		return prepared;
	};
	return {
		addTarget: statement(STATEMENTS.addTarget),
		addSource: statement(STATEMENTS.addSource),
		seen: statement(STATEMENTS.seen),
		atTarget: statement(STATEMENTS.atTarget),
		gone: statement(STATEMENTS.gone),
		mark: statement(STATEMENTS.mark),
		settle: statement(STATEMENTS.settle),
		written: statement(STATEMENTS.written),
		prove: statement(STATEMENTS.prove),
		unproven: statement(STATEMENTS.unproven),
		unsure: statement(STATEMENTS.unsure),
		target: statement(STATEMENTS.target),
		content: statement(STATEMENTS.content),
		find: statement(STATEMENTS.find),
		waiting: statement(STATEMENTS.waiting),
		undecided: statement(STATEMENTS.undecided),
		sameLinks: statement(STATEMENTS.sameLinks),
		revisions: statement(STATEMENTS.revisions),
		trouble: statement(STATEMENTS.trouble),
		extra: statement(STATEMENTS.extra),
		extraTotals: statement(STATEMENTS.extraTotals),
		namedBlobs: statement(STATEMENTS.namedBlobs),
		deleted: statement(STATEMENTS.deleted),
		totals: statement(STATEMENTS.totals),
		fact: statement(STATEMENTS.fact),
		setFact: statement(STATEMENTS.setFact),
	};
}
