import { copyRank } from "../layout/order.ts";
import { judgeRevision } from "./hold-back.ts";
import { State } from "./object-state.ts";
import type { PassContext } from "./pass-context.ts";
import { contentNow } from "./second-look.ts";

/**
 * Holds back the tags that are the same on both sides as far as they were read, but have moved on since, and whose old
 * manifest the source has deleted: a delete would take it from under the target's tag, which still names it (I1).
 */
export async function holdBackOutdatedTags(
	context: PassContext,
): Promise<void> {
	const { index, counts, observe } = context;
	for (const { key, rank, content } of index.sameLinks()) {
		if (rank !== copyRank("current")) continue;
		const verdict = judgeRevision(index, key, content);
		if (verdict.type !== "outdated") continue;
		if ((await contentNow(context, key)) === content) continue;
		counts.heldBack++;
		index.trouble.mark(key, rank, State.trouble);
		observe({ type: "held-back", key, needs: verdict.needs });
	}
}
