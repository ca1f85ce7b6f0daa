import { DatabaseSync, type StatementSync } from "node:sqlite";
import { State } from "./object-state.ts";

const WAITING = `state IN (${State.copy}, ${State.compare})`;
const SAME = `state = ${State.settled} AND size IS NOT NULL`;

/**
 * One flat table by key. The objects that wait, and those in trouble, are found by partial indexes, which cost only as
 * much as there is of either. `size` and `content` are the source's; `target_…` is what the target was listed to have.
 * A range that could not be looked at is a row, too: its key ends in "/", and it has no sizes.
 */
const SCHEMA = `
	PRAGMA page_size = 8192;
	PRAGMA journal_mode = OFF;
	PRAGMA synchronous = OFF;
	CREATE TABLE object (
		key TEXT PRIMARY KEY,
		rank INTEGER,
		is_large INTEGER NOT NULL DEFAULT 0,
		size INTEGER,
		content TEXT,
		target_size INTEGER,
		target_md5 TEXT,
		state INTEGER NOT NULL DEFAULT ${State.settled}
	) WITHOUT ROWID;
	CREATE INDEX waiting ON object (rank, is_large, key) WHERE ${WAITING};
	CREATE INDEX trouble ON object (key, rank) WHERE state = ${State.trouble};
`;

/** Rows read at a time. */
const BATCH = 1000;

const STATEMENTS = {
	addTarget: `
		INSERT INTO object (key, target_size, target_md5) VALUES (?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET target_size = excluded.target_size, target_md5 = excluded.target_md5`,
	addSource: `
		INSERT INTO object (key, rank, is_large, size, content, state) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET rank = excluded.rank, is_large = excluded.is_large, size = excluded.size,
			content = excluded.content, state = excluded.state`,
	mark: `
		INSERT INTO object (key, rank, state) VALUES (?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET rank = excluded.rank, state = excluded.state`,
	target:
		"SELECT target_size, target_md5 FROM object WHERE key = ? AND target_size IS NOT NULL",
	find: "SELECT size, target_size, state FROM object WHERE key = ?",
	waiting: `
		SELECT key, size, content, state FROM object
		WHERE ${WAITING} AND rank = ? AND is_large = ? AND key > ? ORDER BY key LIMIT ${BATCH}`,
	sameLinks: `
		SELECT key, rank, content FROM object
		WHERE state = ${State.settled} AND content IS NOT NULL AND key > ? ORDER BY key LIMIT ${BATCH}`,
	trouble: `
		SELECT key FROM object
		WHERE state = ${State.trouble} AND key >= ? AND key < ? AND rank < ? ORDER BY key LIMIT 1`,
	totals: `
		SELECT count(size), total(size),
			count(*) FILTER (WHERE ${SAME}), total(size) FILTER (WHERE ${SAME}),
			count(*) FILTER (WHERE ${WAITING}), total(size) FILTER (WHERE ${WAITING}),
			count(*) FILTER (WHERE state = ${State.compare}),
			count(size) FILTER (WHERE rank = ?), count(size) FILTER (WHERE rank = ?),
			count(target_size), count(target_size + size)
		FROM object`,
};

/** The table, and its statements. Closing the database is its owner's. */
export interface ObjectTable {
	readonly database: DatabaseSync;
	readonly statements: Readonly<Record<keyof typeof STATEMENTS, StatementSync>>;
}

/**
 * Makes the table in a temporary database of SQLite's own: it has no name, and is gone when the process ends, however
 * it ends. So there is nothing to commit and nothing to recover.
 */
export function openTable(): ObjectTable {
	const database = new DatabaseSync("");
	database.exec(SCHEMA);
	const prepare = (sql: string) => {
		const statement = database.prepare(sql);
		statement.setReturnArrays(true);
		return statement;
	};
	const statements = {
		addTarget: prepare(STATEMENTS.addTarget),
		addSource: prepare(STATEMENTS.addSource),
		mark: prepare(STATEMENTS.mark),
		target: prepare(STATEMENTS.target),
		find: prepare(STATEMENTS.find),
		waiting: prepare(STATEMENTS.waiting),
		sameLinks: prepare(STATEMENTS.sameLinks),
		trouble: prepare(STATEMENTS.trouble),
		totals: prepare(STATEMENTS.totals),
	};
	database.exec("BEGIN");
	return { database, statements };
}

/** Rows in the order of their first column, a key. Each batch is read when it is needed, after the last one's end. */
export function* inBatches(
	read: (after: string) => ReturnType<StatementSync["all"]>,
): Generator<readonly unknown[], undefined> {
	for (let after = ""; ; ) {
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
