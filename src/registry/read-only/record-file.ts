import { statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as v from "valibot";
import { forgetOwner, nameOwner, ownerOf } from "../../state/file-owner.ts";
import { makePrivateDirectory } from "../../state/private-directory.ts";
import { isDamage, SQLITE, sqliteCode } from "../../state/sqlite.ts";
import { messageOf } from "../../store/thrown.ts";
import { RegistryError } from "../registry-error.ts";
import type { ReadOnlyRecord, RecordKeeper } from "./record.ts";

/**
 * One process at a time has it open; what was written survives a power cut, the directory's entry included, and what
 * was torn is undone.
 */
const DURABLE = `
	PRAGMA locking_mode = EXCLUSIVE;
	PRAGMA journal_mode = DELETE;
	PRAGMA synchronous = EXTRA;
	BEGIN EXCLUSIVE;
	CREATE TABLE IF NOT EXISTS record (content TEXT NOT NULL);
	COMMIT;
`;

const RECORD = v.object({
	operator: v.string(),
	since: v.string(),
	nodes: v.array(
		v.object({
			name: v.string(),
			url: v.string(),
			found: v.picklist(["read-only", "writable"]),
			stage: v.picklist(["untouched", "begun", "proven"]),
			former: v.array(v.object({ id: v.string(), name: v.string() })),
		}),
	),
});

/**
 * Opens the file that keeps a registry's record; it and its directory are made. Throws a `RegistryError`: `changed` when
 * another process has it open, and `refused` when it cannot be used.
 */
export function openRecordFile(path: string): RecordKeeper {
	let database: DatabaseSync | undefined;
	try {
		makePrivateDirectory(dirname(path));
		database = new DatabaseSync(path);
		database.exec(DURABLE);
		nameOwner(path);
		return new RecordFile(path, database);
	} catch (error) {
		database?.close();
		throw refusal(error, path, "refused");
	}
}

/** What somebody who only looks learns. */
export interface SeenRecord {
	readonly record: ReadOnlyRecord | undefined;
	/** Who is at it now, for a sentence: then the record is not to be seen. */
	readonly owner: string | undefined;
}

/** Looks at a record without keeping others from it. Throws a `RegistryError` (`refused`) when it cannot be read. */
export function seeRecord(path: string): SeenRecord {
	// Empty: who made it was killed before anything was in it.
	if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0)
		return { record: undefined, owner: undefined };
	let database: DatabaseSync | undefined;
	try {
		database = new DatabaseSync(path, { readOnly: true });
		return { record: readFrom(database, path), owner: undefined };
	} catch (error) {
		if (sqliteCode(error) === SQLITE.busy)
			return { record: undefined, owner: ownerOf(path) };
		throw refusal(error, path, "refused");
	} finally {
		database?.close();
	}
}

class RecordFile implements RecordKeeper {
	readonly #path: string;
	readonly #database: DatabaseSync;

	constructor(path: string, database: DatabaseSync) {
		this.#path = path;
		this.#database = database;
	}

	read(): ReadOnlyRecord | undefined {
		return this.#using(() => readFrom(this.#database, this.#path));
	}

	write(record: ReadOnlyRecord): void {
		this.#replace(JSON.stringify(record));
	}

	remove(): void {
		this.#replace(undefined);
	}

	[Symbol.dispose](): void {
		forgetOwner(this.#path);
		this.#database.close();
	}

	#replace(content: string | undefined): void {
		this.#using(() => {
			this.#database.exec("BEGIN; DELETE FROM record");
			if (content !== undefined)
				this.#database.prepare("INSERT INTO record VALUES (?)").run(content);
			this.#database.exec("COMMIT");
		});
	}

	#using<T>(use: () => T): T {
		try {
			return use();
		} catch (error) {
			throw refusal(error, this.#path, "failed");
		}
	}
}

function readFrom(
	database: DatabaseSync,
	path: string,
): ReadOnlyRecord | undefined {
	const row = database.prepare("SELECT content FROM record").get();
	if (row === undefined) return undefined;
	const result = v.safeParse(RECORD, JSON.parse(String(row.content)));
	if (result.success) return result.output;
	throw new RegistryError("refused", `${CANNOT} ${path}: ${ANOTHER_VERSION}`, {
		suggestions: ["Use the version of regmigrate that wrote it."],
	});
}

const CANNOT = "What a registry was found to be cannot be kept in";
const ANOTHER_VERSION = "it was written by another version of regmigrate";

/** `refused`: nothing was begun. */
function refusal(
	error: unknown,
	path: string,
	code: "refused" | "failed",
): RegistryError {
	if (error instanceof RegistryError) return error;
	const cause = { cause: error };
	if (sqliteCode(error) === SQLITE.busy)
		return new RegistryError(
			"changed",
			`Somebody else is changing this registry: ${ownerOf(path)}`,
			{ suggestions: ["Wait until that has ended, or end it."], ...cause },
		);
	if (isDamage(error))
		return new RegistryError(code, `${CANNOT} ${path}: it is damaged`, {
			suggestions: [
				"Put back a copy of it that is whole, if there is one. Else look with readonly status whether every node is as it should be, and move it elsewhere: it is made anew, and what was found before is then known only by the files that .regmigrate keeps beside each node's configuration.",
			],
			...cause,
		});
	return new RegistryError(code, `${CANNOT} ${path}: ${reasonOf(error)}`, {
		suggestions: [
			"Make it usable, or name another directory with --state-directory. Always name the same one: what was found is known only there.",
		],
		...cause,
	});
}

function reasonOf(error: unknown): string {
	const isInTheWay =
		error instanceof Error &&
		"code" in error &&
		(error.code === "EEXIST" || error.code === "ENOTDIR");
	return isInTheWay
		? "its directory is a file, or lies in one"
		: messageOf(error);
}
