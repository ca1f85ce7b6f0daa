import { rmSync } from "node:fs";
import { copyRank, isLink } from "../layout/order.ts";
import { kindOf } from "../layout/paths.ts";
import { renameDurably } from "../state/rename-durably.ts";
import type { BaseFile } from "./base-file.ts";
import { removeIndex } from "./index-file.ts";
import { commit, openTable } from "./object-table.ts";

/**
 * Makes the index of passes that go the other way, from a base: what was the target is read, and what was the source is
 * written. It says nothing of how far either has moved since; but by it the blobs are known that have been read and
 * proven in what was the source (`proven`), so that they need not be read again. One that is there is replaced.
 */
export function writeReversedIndex(base: BaseFile, path: string): void {
	const begun = `${path}.new`;
	removeIndex(begun);
	const table = openTable(begun);
	const { database } = table;
	try {
		const add = database.prepare(`
			INSERT INTO object (key, rank, size, content, target_size, proven)
			VALUES (?, ?, ?, ?, ?, ?)`);
		for (const { key, size, content, version } of base.shared()) {
			const kind = kindOf(key);
			const proven = isLink(kind) ? "" : version;
			const rank = copyRank(kind);
			add.run(key, rank, size, content ?? null, size, proven);
		}
		commit(table);
	} finally {
		if (database.isTransaction) database.exec("COMMIT");
		database.close();
	}
	for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
	renameDurably(begun, path);
}
