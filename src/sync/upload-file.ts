import { hash } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { forgetOwner, nameOwner, ownerOf } from "../state/file-owner.ts";
import { makePrivateDirectory } from "../state/private-directory.ts";
import { isDamage, SQLITE, sqliteCode } from "../state/sqlite.ts";
import { StoreError } from "../store/errors.ts";
import { messageOf } from "../store/thrown.ts";
import type {
	LeftUpload,
	NotedUpload,
	SettleOptions,
	SettleUploads,
	UploadLog,
	UploadPlan,
	UploadRecord,
} from "../store/upload-log.ts";
import { SyncRefusal } from "./refusal.ts";

/** Notes uploads in files of a directory, one a store, that outlive the process. The directory is made. */
export class UploadFiles implements UploadLog {
	readonly #directory: string;
	readonly #settlers: SettleUploads[] = [];

	constructor(directory: string) {
		this.#directory = directory;
	}

	/** Throws a `SyncRefusal` when another process has the file open, or it cannot be used. */
	open(identity: string, settle: SettleUploads): UploadRecord {
		const name = hash("sha256", identity).slice(0, 16);
		const path = join(this.#directory, `uploads-${name}.db`);
		const file = UploadFile.open(path, identity);
		this.#settlers.push(settle);
		return file;
	}

	/** Has every store that was opened settle its uploads. */
	async settle(options: SettleOptions): Promise<readonly LeftUpload[]> {
		const left: LeftUpload[] = [];
		for (const settle of this.#settlers) left.push(...(await settle(options)));
		return left;
	}
}

/** Changes whenever the table does. A file of another version is refused: it may know of uploads that nobody else does. */
const SCHEMA_VERSION = 1;

/** One process at a time; a commit survives a power cut, and one that was torn is undone. */
const DURABLE = `
	PRAGMA locking_mode = EXCLUSIVE;
	PRAGMA journal_mode = WAL;
	PRAGMA synchronous = FULL;
`;

/**
 * `store` has one row: it tells a person what the file is about. Numbers are never used again, or an upload that ends
 * twice could take the next one's row with it.
 */
const SCHEMA = `
	CREATE TABLE store (identity TEXT NOT NULL);
	CREATE TABLE upload (
		number INTEGER PRIMARY KEY AUTOINCREMENT,
		key TEXT NOT NULL,
		upload_id TEXT,
		begun_at INTEGER NOT NULL,
		size INTEGER NOT NULL,
		part_bytes INTEGER NOT NULL,
		digest TEXT NOT NULL,
		terms TEXT NOT NULL
	);
	PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** The file of one store. Rows go when their uploads do, and their space is used again. */
class UploadFile implements UploadRecord {
	readonly #database: DatabaseSync;
	readonly #path: string;
	readonly #identity: string;

	private constructor(database: DatabaseSync, path: string, identity: string) {
		this.#database = database;
		this.#path = path;
		this.#identity = identity;
	}

	static open(path: string, identity: string): UploadFile {
		let database: DatabaseSync | undefined;
		try {
			makePrivateDirectory(join(path, ".."));
			database = new DatabaseSync(path);
			prepare(database, path, identity);
			nameOwner(path);
			return new UploadFile(database, path, identity);
		} catch (error) {
			database?.close();
			throw refusal(error, path);
		}
	}

	pending(key?: string): readonly NotedUpload[] {
		const rows = this.#noting(() =>
			key === undefined
				? this.#database.prepare("SELECT * FROM upload ORDER BY number").all()
				: this.#database
						.prepare("SELECT * FROM upload WHERE key = ? ORDER BY number")
						.all(key),
		);
		return rows.map((row) => ({
			number: Number(row.number),
			key: String(row.key),
			uploadId: row.upload_id === null ? undefined : String(row.upload_id),
			begunAt: Number(row.begun_at),
			size: Number(row.size),
			partBytes: Number(row.part_bytes),
			digest: String(row.digest),
			terms: String(row.terms),
		}));
	}

	intend(key: string, plan: UploadPlan): NotedUpload {
		const { size, partBytes, digest, terms } = plan;
		const begunAt = Date.now();
		const number = this.#write(
			"INSERT INTO upload (key, begun_at, size, part_bytes, digest, terms) VALUES (?, ?, ?, ?, ?, ?)",
			[key, begunAt, size, partBytes, digest, terms],
		);
		return {
			...{ number, key, uploadId: undefined, begunAt },
			...{ size, partBytes, digest, terms },
		};
	}

	begun(upload: NotedUpload, uploadId: string): NotedUpload {
		this.#write("UPDATE upload SET upload_id = ? WHERE number = ?", [
			uploadId,
			upload.number,
		]);
		return { ...upload, uploadId };
	}

	ended({ number }: NotedUpload): void {
		this.#write("DELETE FROM upload WHERE number = ?", [number]);
	}

	[Symbol.dispose](): void {
		forgetOwner(this.#path);
		this.#database.close();
	}

	/** Returns the number of the row that was added, if one was. */
	#write(sql: string, values: readonly (string | number)[]): number {
		return this.#noting(() =>
			Number(this.#database.prepare(sql).run(...values).lastInsertRowid),
		);
	}

	/** What fails here is no failure of the index, which is a database, too. */
	#noting<T>(use: () => T): T {
		try {
			return use();
		} catch (error) {
			const why = messageOf(error);
			throw new StoreError(
				"unavailable",
				`its upload cannot be noted in ${this.#path}: ${why}`,
				{ store: this.#identity, operation: "put", cause: error },
			);
		}
	}
}

function prepare(database: DatabaseSync, path: string, identity: string): void {
	database.exec(DURABLE);
	// Takes the lock, which another process may have.
	database.exec("BEGIN IMMEDIATE");
	const version = database.prepare("PRAGMA user_version").get()?.user_version;
	if (version === 0) {
		database.exec(SCHEMA);
		database.prepare("INSERT INTO store VALUES (?)").run(identity);
	} else if (version !== SCHEMA_VERSION)
		throw unusable(path, "it was written by another version of regmigrate");
	database.exec("COMMIT");
}

function refusal(error: unknown, path: string): SyncRefusal {
	if (error instanceof SyncRefusal) return error;
	if (sqliteCode(error) === SQLITE.busy)
		return new SyncRefusal(
			"target-in-use",
			`Another pass to this target is under way: ${ownerOf(path)}`,
			["Wait until it has ended, or end it."],
		);
	if (isDamage(error)) return unusable(path, "the file is damaged");
	return new SyncRefusal(
		"unusable-state",
		`Uploads cannot be noted in ${join(path, "..")}: ${messageOf(error)}`,
		[
			"Make the directory writable, or name another with --state-directory. Always name the same one: an upload that was interrupted is known only there.",
		],
	);
}

function unusable(path: string, reason: string): SyncRefusal {
	return new SyncRefusal(
		"unusable-state",
		`${path} cannot be used: ${reason}`,
		[
			"It tells of uploads that were interrupted. Remove it to begin anew; then nobody ends them but a lifecycle rule of the bucket.",
		],
	);
}
