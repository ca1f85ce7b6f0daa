import type { DatabaseSync, StatementSync } from "node:sqlite";
import { copyRank } from "../layout/order.ts";
import { isDamage } from "../state/sqlite.ts";
import { openBaseTable } from "./base-table.ts";
import { inBatches, rowOf } from "./object-table.ts";
import { SyncRefusal } from "./refusal.ts";

/** An object that the source had. */
interface BaseObject {
	readonly key: string;
	/** Bytes. */
	readonly size: number;
	/** A link's; `undefined`: of anything else, and of a link that held no digest. */
	readonly content: string | undefined;
	/** The source's version; "" is equal to none. */
	readonly version: string;
}

/**
 * What was on both sides when a registry went over to its target, and what a rollback has written into the source since.
 * On disk: memory does not grow with it (I8).
 */
export class BaseFile implements Disposable {
	readonly #path: string;
	readonly #database: DatabaseSync;
	readonly #shared: StatementSync;
	readonly #note: StatementSync;
	readonly #written: StatementSync;

	/**
	 * Opens one that is there; read-only, nothing can be noted, and nothing on disk is touched. Throws what SQLite throws, or
	 * an `Error` where it is none; later a `SyncRefusal` (`unusable-state`) where it proves to be damaged.
	 */
	constructor(
		path: string,
		{ isReadOnly = false }: { readonly isReadOnly?: boolean | undefined } = {},
	) {
		this.#path = path;
		this.#database = openBaseTable(path, isReadOnly);
		this.#shared = this.#prepare(
			"SELECT content FROM object WHERE key = ? AND is_shared",
		);
		this.#note = this.#prepare("INSERT OR IGNORE INTO written VALUES (?, ?)");
		this.#written = this.#prepare("SELECT content FROM written WHERE key = ?");
	}

	/** Of the cutover that has left it. */
	get id(): string {
		const fact = this.#prepare("SELECT value FROM fact WHERE name = 'id'");
		return String(this.#reading(() => rowOf(fact.get()))?.[0]);
	}

	/** Whether both sides had the same under this key. */
	isShared(key: string): boolean {
		return rowOf(this.#reading(() => this.#shared.get(key))) !== undefined;
	}

	/** What both sides had of a rank and those above it, in key order. */
	*shared(lowestRank = 0): Generator<BaseObject, undefined> {
		yield* this.#objects(
			`SELECT ${COLUMNS} FROM object WHERE is_shared AND rank >= ${lowestRank} AND key > ? ${PAGE}`,
		);
	}

	/** The links that the source had, malformed ones among them, in key order. */
	*sourceLinks(): Generator<BaseObject, undefined> {
		yield* this.#objects(
			`SELECT ${COLUMNS} FROM object WHERE rank >= ${copyRank("layer")} AND key > ? ${PAGE}`,
		);
	}

	/**
	 * Notes what is about to be written into the source; `undefined`: it is about to be deleted. When it returns, that
	 * outlives a power cut (I5).
	 */
	noteWrite(key: string, content: string | undefined): void {
		this.#note.run(key, content ?? "");
	}

	/** All that a rollback has, or may have, made of an object in the source. */
	writtenTo(key: string): readonly (string | undefined)[] {
		return this.#reading(() => this.#written.all(key)).map((row) => {
			const [content] = rowOf(row) ?? [];
			return content === "" ? undefined : String(content);
		});
	}

	[Symbol.dispose](): void {
		this.#database.close();
	}

	*#objects(sql: string): Generator<BaseObject, undefined> {
		const statement = this.#prepare(sql);
		for (const [key, size, content, version] of inBatches((after) =>
			this.#reading(() => statement.all(after)),
		))
			yield {
				key: String(key),
				size: Number(size),
				content: typeof content === "string" ? content : undefined,
				version: String(version),
			};
	}

	/** A page that is damaged is found out when it is read, after others were. */
	#reading<T>(read: () => T): T {
		try {
			return read();
		} catch (error) {
			if (!isDamage(error)) throw error;
			throw new SyncRefusal(
				"unusable-state",
				`${this.#path}, which tells what both sides had when the registry was cut over, is damaged`,
				["Put back a copy of it that is whole, if there is one."],
			);
		}
	}

	#prepare(sql: string): StatementSync {
		const statement = this.#database.prepare(sql);
		statement.setReturnArrays(true);
		return statement;
	}
}

const COLUMNS = "key, size, content, version";
const PAGE = "ORDER BY key LIMIT 1000";
