import { copyRank } from "../layout/order.ts";
import { inBatches, openTable } from "./object-table.ts";

/** The tags that the last pass has seen in its source, and what they name, in the order of their keys. */
export function* seenTags(
	indexPath: string,
): Generator<{ readonly key: string; readonly content: string }, undefined> {
	const { database } = openTable(indexPath);
	try {
		const statement = database.prepare(
			"SELECT key, content FROM object WHERE rank = ? AND size IS NOT NULL AND content IS NOT NULL AND key > ? ORDER BY key LIMIT 1000",
		);
		statement.setReturnArrays(true);
		for (const [key, content] of inBatches((after) =>
			statement.all(copyRank("current"), after),
		))
			yield { key: String(key), content: String(content) };
	} finally {
		database.exec("ROLLBACK");
		database.close();
	}
}
