import { copyRank } from "../layout/order.ts";
import { rowsIn } from "./object-table.ts";

/** The tags that the last pass has seen in its source, and what they name, in the order of their keys. */
export function* seenTags(
	indexPath: string,
): Generator<{ readonly key: string; readonly content: string }, undefined> {
	const sql = `SELECT key, content FROM object WHERE rank = ${copyRank("current")} AND size IS NOT NULL AND content IS NOT NULL AND key > ?`;
	for (const [key, content] of rowsIn(indexPath, sql))
		yield { key: String(key), content: String(content) };
}
