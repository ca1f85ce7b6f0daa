import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { forgetOwner, nameOwner, ownerOf } from "../state/file-owner.ts";
import { makePrivateDirectory } from "../state/private-directory.ts";
import { isDamage, SQLITE, sqliteCode } from "../state/sqlite.ts";
import type { Claim } from "./claim.ts";
import { asIndexError, IndexError } from "./index-error.ts";
import {
	beginPass,
	commit,
	commitDurably,
	type ObjectTable,
	openTable,
	rowOf,
} from "./object-table.ts";
import { SyncRefusal } from "./refusal.ts";
import { takeBack } from "./selection-table.ts";

export interface IndexFileOptions {
	/** Where the index is kept from pass to pass; `undefined`: it is gone with the pass. */
	readonly path: string | undefined;
	/** Whether what happens to the index is undone in the end, as in a dry run. */
	readonly isDryRun: boolean;
}

/**
 * The file of an index. It is what the last pass saw, the plan of this one, and where to resume from; and never the only
 * witness: whenever it is not known to agree with the target, the target is listed.
 *
 * *Clean* says that it agrees. It is withdrawn, durably, before a pass first changes the target, and given back when the
 * pass has noted all that it did. So a pass that was killed leaves an index that is not trusted, and so does a power
 * cut that takes the last commits with it.
 */
export class IndexFile implements Disposable {
	readonly table: ObjectTable;
	readonly #options: IndexFileOptions;

	/** Throws a `SyncRefusal` when another process has the index open, an `IndexError` when it cannot be kept there. */
	constructor(options: IndexFileOptions) {
		this.#options = options;
		const { path } = options;
		try {
			this.table = path === undefined ? openTable(undefined) : openFile(path);
			if (path !== undefined) nameOwner(path);
		} catch (error) {
			const found = asIndexError(error, path);
			if (!(found instanceof IndexError)) throw found;
			const { message, cause, suggestions } = found;
			throw new IndexError(message, cause, suggestions, "refused");
		}
	}

	/** What the target's marker must say for the index to be trusted; `undefined` when it cannot be. */
	get claim(): Claim | undefined {
		return this.#fact("clean") === "yes" ? this.lastClaim : undefined;
	}

	/** What a pass with this index has claimed last, however it ended. */
	get lastClaim(): Claim | undefined {
		const [nonce, pass] = [this.#fact("nonce"), this.#fact("pass")];
		return nonce !== undefined && pass !== undefined
			? { nonce, pass: Number(pass) }
			: undefined;
	}

	/** Begins a pass; with `isTrusted` false all that is known of the target is forgotten, to be listed anew. */
	begin(isTrusted: boolean): void {
		takeBack(this.table);
		if (!isTrusted) this.#setFact("clean", "no");
		beginPass(this.table, !isTrusted);
	}

	/** Withdraws *clean*. When it returns, no crash brings it back. Returns what the target's marker is to say now. */
	withdraw(): Claim {
		const nonce = this.#fact("nonce") ?? crypto.randomUUID();
		const pass = Number(this.#fact("pass") ?? 0) + 1;
		this.#setFact("nonce", nonce);
		this.#setFact("pass", String(pass));
		this.#setFact("clean", "no");
		if (!this.#options.isDryRun) commitDurably(this.table);
		return { nonce, pass };
	}

	/** Makes what was noted so far outlive the process. */
	save(): void {
		if (!this.#options.isDryRun) commit(this.table);
	}

	/** The pass has noted all that it did: the index agrees with the target. */
	finish(): void {
		this.#setFact("clean", "yes");
		this.save();
	}

	[Symbol.dispose](): void {
		const { path, isDryRun } = this.#options;
		const { database } = this.table;
		// Where the disk was full, SQLite has ended the transaction itself.
		try {
			if (path !== undefined && database.isTransaction)
				database.exec(isDryRun ? "ROLLBACK" : "COMMIT");
		} finally {
			database.close();
			if (path !== undefined) forgetOwner(path);
		}
	}

	#fact(name: string): string | undefined {
		const row = rowOf(this.table.statements.fact.get(name));
		return row === undefined ? undefined : String(row[0]);
	}

	#setFact(name: string, value: string): void {
		this.table.statements.setFact.run(name, value);
	}
}

/** A file that is no index, or a damaged one, is begun anew: nothing is lost but time. */
function openFile(path: string): ObjectTable {
	makePrivateDirectory(dirname(path));
	try {
		return openTable(path);
	} catch (error) {
		if (sqliteCode(error) === SQLITE.busy) throw inUse(path);
		if (!isDamage(error)) throw error;
		removeIndex(path);
		return openTable(path);
	}
}

/** Removes an index that nobody has open. It is made anew by the next pass, which then lists the target. */
export function removeIndex(path: string): void {
	for (const suffix of ["", "-wal", "-shm"])
		rmSync(path + suffix, { force: true });
}

function inUse(path: string): SyncRefusal {
	return new SyncRefusal(
		"index-in-use",
		`Another pass from this source to this target is under way: ${ownerOf(path)}`,
		["Wait until it has ended, or end it."],
	);
}
