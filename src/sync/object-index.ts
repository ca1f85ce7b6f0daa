import { DatabaseSync, type StatementSync } from "node:sqlite";
import { COPY_ORDER, copyRank } from "../layout/order.ts";
import { BLOBS_PREFIX, type Kind } from "../layout/paths.ts";
import type { ObjectMeta } from "../store/object-store.ts";
import type { AtTarget } from "./decide.ts";

/** What is to be done with an object, or what became of it. */
export const State = {
	/** At the target only, or the same on both sides: nothing to do. */
	settled: 0,
	/** To be copied. */
	copy: 1,
	/** Present on both sides; the target's content decides. */
	compare: 2,
	/** Could not be copied, vanished before it was, held back, or of a range that could not be looked at. */
	trouble: 3,
	/** Broken in the source: stays out of the target, and holds nothing back. */
	broken: 4,
} as const;

export type State = (typeof State)[keyof typeof State];

/** An object that waits to be copied or compared. */
export interface PendingObject {
	readonly key: string;
	readonly size: number;
	/** A link's content. */
	readonly content: string | undefined;
	readonly state: State;
}

/** An object of the source to be taken in. */
export interface IndexEntry {
	readonly key: string;
	readonly kind: Kind;
	readonly size: number;
	readonly content: string | undefined;
	readonly state: State;
}

/**
 * Objects of one rank are copied through lanes: few at a time for the large ones, which begin early and take long,
 * many for the others.
 */
export interface Lane {
	readonly rank: number;
	readonly isLarge: boolean;
}

/** Sorts after every key of a blob. */
const BLOBS_END = `${BLOBS_PREFIX}~`;

/** Keys read at a time while objects are copied. */
const BATCH = 1000;

/**
 * What a pass knows of both sides, on disk, so that memory does not grow with the number of objects (I8). One flat
 * table by key; the objects that wait are found by a partial index, which costs only as much as there is to do.
 */
export class ObjectIndex implements Disposable {
	readonly #database: DatabaseSync;
	readonly #largeBytes: number;
	readonly #statements: Record<
		"listed" | "target" | "upsert" | "mark" | "pending" | "one",
		StatementSync
	>;
	#changes = 0;

	/**
	 * Objects of more than `largeBytes` go through the large lane. The file is SQLite's own temporary one: it has no
	 * name, and is gone when the process ends, however it ends.
	 */
	constructor(largeBytes: number) {
		this.#largeBytes = largeBytes;
		this.#database = new DatabaseSync("");
		this.#database.exec(`
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
			CREATE INDEX pending ON object (rank, is_large, key) WHERE state IN (${State.copy}, ${State.compare});
			CREATE INDEX trouble ON object (key) WHERE state = ${State.trouble};
		`);
		const prepare = (sql: string) => {
			const statement = this.#database.prepare(sql);
			statement.setReturnArrays(true);
			return statement;
		};
		this.#statements = {
			listed: prepare(
				"INSERT INTO object (key, target_size, target_md5) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET target_size = excluded.target_size, target_md5 = excluded.target_md5",
			),
			target: prepare(
				"SELECT target_size, target_md5 FROM object WHERE key = ? AND target_size IS NOT NULL",
			),
			upsert: prepare(
				"INSERT INTO object (key, rank, is_large, size, content, state) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET rank = excluded.rank, is_large = excluded.is_large, size = excluded.size, content = excluded.content, state = excluded.state",
			),
			mark: prepare(
				"INSERT INTO object (key, rank, state) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET state = excluded.state",
			),
			pending: prepare(
				`SELECT key, size, content, state FROM object WHERE state IN (${State.copy}, ${State.compare}) AND rank = ? AND is_large = ? AND key > ? ORDER BY key LIMIT ${BATCH}`,
			),
			one: prepare("SELECT size, target_size, state FROM object WHERE key = ?"),
		};
		this.#database.exec("BEGIN");
	}

	/** Takes in objects of the target's listing. */
	addTarget(objects: Iterable<ObjectMeta>): void {
		for (const { key, size, md5 } of objects)
			this.#statements.listed.run(key, size, md5 ?? null);
	}

	/** What the target was listed to have under this key. */
	target(key: string): AtTarget | undefined {
		const row = this.#row(this.#statements.target, key);
		if (row === undefined) return undefined;
		const [size, md5] = row;
		return {
			size: Number(size),
			md5: typeof md5 === "string" ? md5 : undefined,
		};
	}

	/** Takes in an object of the source, with what is to be done with it. */
	addSource(entry: IndexEntry): void {
		const { key, kind, size, content, state } = entry;
		const isLarge = size > this.#largeBytes ? 1 : 0;
		this.#statements.upsert.run(
			key,
			copyRank(kind),
			isLarge,
			size,
			content ?? null,
			state,
		);
	}

	/** Notes trouble or damage with an object, or trouble with a whole prefix (it ends in "/"). */
	mark(key: string, rank: number, state: State): void {
		this.#statements.mark.run(key, rank, state);
		if (state === State.trouble) this.#changes++;
	}

	/** Whether there is any trouble at all; while there is none, nothing can be held back. */
	get hasTrouble(): boolean {
		return this.#changes > 0;
	}

	/** The objects of a lane that wait, in key order, read a batch at a time. */
	*pending(lane: Lane): Generator<PendingObject, undefined> {
		let after = "";
		for (;;) {
			const rows = this.#rows(
				this.#statements.pending,
				lane.rank,
				lane.isLarge ? 1 : 0,
				after,
			);
			for (const [key, size, content, state] of rows) {
				after = String(key);
				yield {
					key: after,
					size: Number(size),
					content: typeof content === "string" ? content : undefined,
					state: state === State.compare ? State.compare : State.copy,
				};
			}
			if (rows.length < BATCH) return undefined;
		}
	}

	/** What is known of one key: whether the source has it, whether the target had it, and its state. */
	find(key: string):
		| {
				readonly isAtSource: boolean;
				readonly isAtTarget: boolean;
				readonly state: number;
		  }
		| undefined {
		const row = this.#row(this.#statements.one, key);
		if (row === undefined) return undefined;
		const [size, targetSize, state] = row;
		return {
			isAtSource: size !== null,
			isAtTarget: targetSize !== null,
			state: Number(state),
		};
	}

	/** The first key of trouble at or after `start` and before `end` that ranks below `rank`. */
	firstTrouble(start: string, end: string, rank: number): string | undefined {
		const row = this.#database
			.prepare(
				`SELECT key FROM object WHERE state = ${State.trouble} AND key >= ? AND key < ? AND rank < ? ORDER BY key LIMIT 1`,
			)
			.get(start, end, rank);
		return typeof row?.key === "string" ? row.key : undefined;
	}

	/**
	 * Notes trouble with the links that are settled, being at the target already, but name a blob that is in trouble,
	 * or one that neither side is known to have while some range of blobs is unknown: what needs them must wait.
	 */
	spreadTrouble(): void {
		this.#database.exec(`
			UPDATE object SET state = ${State.trouble} WHERE key IN (
				SELECT link.key FROM (
					SELECT key, '${BLOBS_PREFIX}' || substr(content, 1, instr(content, ':') - 1)
						|| '/' || substr(content, instr(content, ':') + 1, 2)
						|| '/' || substr(content, instr(content, ':') + 1) || '/data' AS blob_key
					FROM object WHERE content IS NOT NULL AND state = ${State.settled}
				) link
				LEFT JOIN object blob ON blob.key = link.blob_key
				WHERE blob.state = ${State.trouble} OR blob.key IS NULL AND EXISTS (
					SELECT 1 FROM object
					WHERE state = ${State.trouble} AND size IS NULL AND key >= '${BLOBS_PREFIX}' AND key < '${BLOBS_END}'
				)
			)
		`);
	}

	/** What is waiting, over all lanes. */
	totals(): {
		readonly objects: number;
		readonly bytes: number;
		readonly toCompare: number;
	} {
		const [objects, bytes, toCompare] = this.#count(
			`SELECT count(*), total(size), count(*) FILTER (WHERE state = ${State.compare}) FROM object WHERE state IN (${State.copy}, ${State.compare})`,
		);
		return {
			objects: objects ?? 0,
			bytes: bytes ?? 0,
			toCompare: toCompare ?? 0,
		};
	}

	/** How many keys the target had, and how many of those the source has too. */
	overlap(): { readonly atTarget: number; readonly atBoth: number } {
		const [atTarget, atBoth] = this.#count(
			"SELECT count(target_size), count(target_size + size) FROM object",
		);
		return { atTarget: atTarget ?? 0, atBoth: atBoth ?? 0 };
	}

	[Symbol.dispose](): void {
		this.#database.close();
	}

	#count(sql: string): number[] {
		const statement = this.#database.prepare(sql);
		statement.setReturnArrays(true);
		return (this.#row(statement) ?? []).map(Number);
	}

	#row(
		statement: StatementSync,
		...parameters: (string | number)[]
	): readonly unknown[] | undefined {
		const row: unknown = statement.get(...parameters);
		return Array.isArray(row) ? row : undefined;
	}

	#rows(
		statement: StatementSync,
		...parameters: (string | number)[]
	): readonly (readonly unknown[])[] {
		const rows: readonly unknown[] = statement.all(...parameters);
		return rows.filter((row) => Array.isArray(row));
	}
}

/** Every lane, in the order of writing; the lanes of one rank run side by side. */
export const LANES: readonly (readonly Lane[])[] = COPY_ORDER.map((rank) => [
	{ rank, isLarge: true },
	{ rank, isLarge: false },
]);
