import { existsSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makePrivateDirectory } from "../../state/private-directory.ts";
import { renameDurably } from "../../state/rename-durably.ts";
import { isDamage } from "../../state/sqlite.ts";
import type { FencedEntry } from "./fenced-tree.ts";

/** Of what is fenced, what has to come back. */
export interface Kept {
	/** Permissions, with set-id and sticky bits. */
	readonly mode: number;
	/** Whether it was immutable before. */
	readonly isImmutable: boolean;
}

/** What is usual in a tree: most of it is so, and only what is not is kept by its path. */
export interface Usual {
	readonly directoryMode: number;
	readonly fileMode: number;
}

/** What survives a power cut, the directory's entry included. */
const DURABLE = `
	PRAGMA journal_mode = DELETE;
	PRAGMA synchronous = EXTRA;
	CREATE TABLE IF NOT EXISTS fence (
		root TEXT NOT NULL, directoryMode INTEGER NOT NULL, fileMode INTEGER NOT NULL, isWhole INTEGER NOT NULL
	);
	CREATE TABLE IF NOT EXISTS kept (
		path TEXT PRIMARY KEY, mode INTEGER NOT NULL, isImmutable INTEGER NOT NULL
	) WITHOUT ROWID;
`;

/**
 * What was found before a tree was fenced, in a file. Nothing is changed before all of it is there (`isWhole`), so that what
 * was changed already is never taken for what was found.
 */
export class FenceRecord implements Disposable {
	readonly #path: string;
	readonly #database: DatabaseSync;

	/** Opens the record, or makes it. Throws what Node throws. */
	constructor(path: string) {
		makePrivateDirectory(dirname(path));
		this.#path = path;
		this.#database = new DatabaseSync(path);
		this.#database.exec(DURABLE);
	}

	/** The tree's root, if one was begun. */
	get root(): string | undefined {
		const row = this.#database.prepare("SELECT root FROM fence").get();
		return row && String(row.root);
	}

	/** Whether all that was found is kept. */
	get isWhole(): boolean {
		const row = this.#database.prepare("SELECT isWhole FROM fence").get();
		return row?.isWhole === 1;
	}

	get usual(): Usual {
		const row = this.#database.prepare("SELECT * FROM fence").get();
		return {
			directoryMode: Number(row?.directoryMode),
			fileMode: Number(row?.fileMode),
		};
	}

	/** Begins anew. */
	begin(root: string, { directoryMode, fileMode }: Usual): void {
		this.#database.exec("BEGIN; DELETE FROM fence; DELETE FROM kept");
		this.#database
			.prepare("INSERT INTO fence VALUES (?, ?, ?, 0)")
			.run(root, directoryMode, fileMode);
		this.#database.exec("COMMIT");
	}

	/** Keeps what is not as usual; all of them, or none. What is kept already stays as it is. */
	keep(entries: readonly (FencedEntry & Kept)[]): void {
		const { directoryMode, fileMode } = this.usual;
		const odd = entries.filter(
			({ kind, mode, isImmutable }) =>
				isImmutable || mode !== (kind === "file" ? fileMode : directoryMode),
		);
		if (odd.length === 0) return;
		const insert = this.#database.prepare(
			"INSERT OR IGNORE INTO kept VALUES (?, ?, ?)",
		);
		this.#database.exec("BEGIN");
		for (const { path, mode, isImmutable } of odd)
			insert.run(path, mode, isImmutable ? 1 : 0);
		this.#database.exec("COMMIT");
	}

	complete(): void {
		this.#database.exec("UPDATE fence SET isWhole = 1");
	}

	/** What was found. */
	keptOf({ path, kind }: Pick<FencedEntry, "path" | "kind">): Kept {
		const row = this.#database
			.prepare("SELECT mode, isImmutable FROM kept WHERE path = ?")
			.get(path);
		if (row !== undefined)
			return { mode: Number(row.mode), isImmutable: row.isImmutable === 1 };
		const { directoryMode, fileMode } = this.usual;
		return {
			mode: kind === "file" ? fileMode : directoryMode,
			isImmutable: false,
		};
	}

	/** All is as it was found: there is nothing to keep any more; with a path, only there, that it was fenced. */
	remove(liftedPath: string | undefined): void {
		if (liftedPath === undefined) rmSync(this.#path);
		else renameDurably(this.#path, liftedPath);
	}

	[Symbol.dispose](): void {
		this.#database.close();
	}
}

/** Whether a record is there that is damaged: what was found is lost with it. One that only cannot be read is not. */
export function isFenceRecordDamaged(path: string): boolean {
	if (!isFenceRecorded(path)) return false;
	try {
		using database = new DatabaseSync(path, { readOnly: true });
		const row = database.prepare("PRAGMA quick_check(1)").get();
		return row?.quick_check !== "ok";
	} catch (error) {
		// What else there is comes up, and is told, when it is opened to be used.
		return isDamage(error);
	}
}

/** Whether something is fenced, or was begun to be, by the record's path. */
export function isFenceRecorded(path: string): boolean {
	return existsSync(path);
}
