import { copyRank } from "../layout/order.ts";
import { rowsIn } from "./object-table.ts";

/** The keys of the blobs that the last pass has left on both sides, as its index knows it, in their order. */
export function* blobsAtBoth(indexPath: string): Generator<string, undefined> {
	const sql = `SELECT key FROM object WHERE rank = ${copyRank("blob")} AND size IS NOT NULL AND target_size >= 0 AND key > ?`;
	for (const [key] of rowsIn(indexPath, sql)) yield String(key);
}
