import { parseDigest } from "../layout/digest.ts";
import { copyRank } from "../layout/order.ts";
import {
	BLOBS_PREFIX,
	blobKey,
	REPOSITORIES_PREFIX,
	repositoryOf,
} from "../layout/paths.ts";
import type { Tally } from "./events.ts";
import { ASIDE, State } from "./object-state.ts";
import { type ObjectTable, rowOf } from "./object-table.ts";
import { endOf } from "./seen-range.ts";

/** What an index holds of what a pass leaves out. */
export interface AsideTotals {
	/** What the source was seen to have of it. */
	readonly source: Tally;
	/** Of that, blobs. */
	readonly blobs: Tally;
	/** Objects of the target of which no source is known. */
	readonly extra: number;
}

/** The fact that rows have been put aside. */
const FACT = "aside";

/** A range that could not be looked at is a row without sizes, and goes on holding back what may be in it (I2). */
const IS_OBJECT = "(size IS NOT NULL OR target_size IS NOT NULL)";
const IS_EXTRA = `size IS NULL AND target_size IS NOT NULL AND state = ${State.settled}`;
const PUT_ASIDE = `UPDATE object SET state = state + ${ASIDE} WHERE state < ${ASIDE}`;

/** Makes rows that the last pass left out what they were before it. Costs nothing where there are none. */
export function takeBack({ database, statements }: ObjectTable): void {
	if (rowOf(statements.fact.get(FACT))?.[0] !== "yes") return;
	database.exec(
		`UPDATE object SET state = state - ${ASIDE} WHERE state >= ${ASIDE}`,
	);
	statements.setFact.run(FACT, "no");
}

/** To be called before rows are put aside: by it they are taken back. */
export function expectAside({ statements }: ObjectTable): void {
	statements.setFact.run(FACT, "yes");
}

/**
 * Puts the rows of an index aside that a pass leaves out. Rows of links are used as they are, so it is called when all
 * of the source has been read.
 */
export class SelectionTable {
	readonly #table: ObjectTable;

	constructor(table: ObjectTable) {
		this.#table = table;
		expectAside(table);
	}

	/**
	 * Leaves out what belongs to no selected repository, blobs aside: links, and unknown names. And what only the target
	 * has, but for links of selected repositories: none of that is deleted.
	 */
	leaveOutRepositories(isSelected: (repository: string) => boolean): void {
		const { database } = this.#table;
		const next = database.prepare(
			"SELECT key FROM object WHERE key >= ? AND key < ? ORDER BY key LIMIT 1",
		);
		next.setReturnArrays(true);
		const putAside = database.prepare(
			`${PUT_ASIDE} AND key >= ? AND key < ? AND ${IS_OBJECT}`,
		);
		const before = endOf(REPOSITORIES_PREFIX);
		for (let from = REPOSITORIES_PREFIX; ; ) {
			const row = rowOf(next.get(from, before));
			if (row === undefined) break;
			const key = String(row[0]);
			const repository = repositoryOf(key);
			// From the first section's "_" to the character after it: nested repositories are others.
			const root = `${REPOSITORIES_PREFIX}${repository}/`;
			const [start, end] =
				repository === undefined
					? [key, `${key}\0`]
					: [`${root}_`, `${root}\``];
			if (repository === undefined || !isSelected(repository))
				putAside.run(start, end);
			from = end;
		}
		database
			.prepare(
				`${PUT_ASIDE} AND rank = ? AND ${IS_OBJECT} AND (key < ? OR key >= ?)`,
			)
			.run(copyRank("other"), REPOSITORIES_PREFIX, before);
		database
			.prepare(`${PUT_ASIDE} AND rank < ? AND ${IS_EXTRA}`)
			.run(copyRank("layer"));
	}

	/**
	 * Leaves out the blobs of the source that no link names, of those that are not left out themselves. Returns how many
	 * blobs are named.
	 */
	leaveOutUnneededBlobs(): number {
		const { database } = this.#table;
		// Not in memory, which stays flat (I8).
		database.exec(
			"CREATE TEMP TABLE IF NOT EXISTS needed (key TEXT PRIMARY KEY) WITHOUT ROWID; DELETE FROM needed",
		);
		database.function("blob_key", { deterministic: true }, (content) => {
			const digest = parseDigest(String(content));
			return digest === undefined ? null : blobKey(digest);
		});
		const { changes } = database
			.prepare(
				`INSERT OR IGNORE INTO needed SELECT blob_key(content) FROM
				(SELECT DISTINCT content FROM object WHERE content IS NOT NULL AND state < ${ASIDE})`,
			)
			.run();
		database
			.prepare(
				`${PUT_ASIDE} AND key > ? AND key < ? AND rank = ? AND size IS NOT NULL
				AND NOT EXISTS (SELECT 1 FROM needed WHERE needed.key = object.key)`,
			)
			.run(BLOBS_PREFIX, endOf(BLOBS_PREFIX), copyRank("blob"));
		return Number(changes);
	}

	totals(): AsideTotals {
		const statement = this.#table.database.prepare(`
			SELECT count(size), total(size), count(size) FILTER (WHERE rank = :blob),
				total(size) FILTER (WHERE rank = :blob), count(*) FILTER (WHERE size IS NULL)
			FROM object WHERE state >= ${ASIDE}`);
		statement.setReturnArrays(true);
		const row = rowOf(statement.get({ blob: copyRank("blob") })) ?? [];
		const [objects = 0, bytes = 0, blobs = 0, blobBytes = 0, extra = 0] =
			row.map(Number);
		return {
			source: { objects, bytes },
			blobs: { objects: blobs, bytes: blobBytes },
			extra,
		};
	}
}
