import { COPY_ORDER } from "../layout/order.ts";
import type { Counts } from "./events.ts";
import type { ObjectIndex } from "./object-index.ts";
import { ASIDE } from "./object-state.ts";
import type { ObjectTable } from "./object-table.ts";
import { expectAside } from "./selection-table.ts";

/**
 * Puts what only the target has, and `isExtra` denies, aside for this pass. To be called when all of both sides is known.
 */
export function spareExtra(
	table: ObjectTable,
	index: ObjectIndex,
	isExtra: (key: string) => boolean,
	counts: Pick<Counts, "spared">,
): void {
	expectAside(table);
	const putAside = table.database.prepare(
		`UPDATE object SET state = state + ${ASIDE} WHERE key = ?`,
	);
	for (const rank of COPY_ORDER)
		for (const batch of index.extra(rank))
			for (const { key } of batch) {
				if (isExtra(key)) continue;
				putAside.run(key);
				counts.spared++;
			}
}
