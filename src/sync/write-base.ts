import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { renameDurably, syncPath } from "../state/rename-durably.ts";
import { BASE_SCHEMA } from "./base-table.ts";
import { State } from "./object-state.ts";
import { rowOf } from "./object-table.ts";

/**
 * Keeps what was on both sides when the last pass had ended, as its index knows it: what a way back compares with. The
 * file is there as a whole, durably, or not at all; one that was there is replaced. Costs what a copy of the index does.
 * Throws an `Error` where the index is not known to agree with the target, and what SQLite throws.
 */
export function writeBase(
	indexPath: string,
	path: string,
	{ id }: { readonly id: string },
): void {
	const begun = `${path}.new`;
	for (const left of [begun, ...logsOf(path)]) rmSync(left, { force: true });
	const database = new DatabaseSync(begun);
	try {
		database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
		database.exec(BASE_SCHEMA);
		database.prepare("ATTACH ? AS pass").run(indexPath);
		const clean = database.prepare(
			"SELECT value FROM pass.fact WHERE name = 'clean'",
		);
		clean.setReturnArrays(true);
		if (rowOf(clean.get())?.[0] !== "yes")
			throw new Error(`the last pass has not ended well (${indexPath})`);
		database.exec(TAKE);
		const fact = database.prepare("INSERT INTO fact VALUES (?, ?)");
		fact.run("id", id);
		fact.run("at", new Date().toISOString());
	} finally {
		database.close();
	}
	syncPath(begun);
	renameDurably(begun, path);
}

/** What is damaged in the source never came to the target, or not from there. */
const TAKE = `
	INSERT INTO object (key, rank, size, content, version, is_shared)
	SELECT key, rank, size, content, version, state = ${State.settled} AND target_size IS NOT NULL AND target_size >= 0
	FROM pass.object WHERE size IS NOT NULL ORDER BY key;
`;

/** What SQLite has beside a file that was not closed. Another file must not be taken for what they belong to. */
function logsOf(path: string): readonly string[] {
	return ["-wal", "-shm", "-journal"].map((suffix) => path + suffix);
}
