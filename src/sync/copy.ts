import { COPY_ORDER, copyRank } from "../layout/order.ts";
import { Postponement } from "../store/postponement.ts";
import { ByteBudget } from "./byte-budget.ts";
import { considerateStreams } from "./considerate-source.ts";
import { copyObject } from "./copy-object.ts";
import { spreadTrouble } from "./hold-back.ts";
import type { Lane } from "./object-index.ts";
import type { PassContext } from "./pass-context.ts";
import { settle } from "./settle.ts";

/** Large objects on their way at a time, beside the others. */
const LARGE_CONCURRENCY = 2;

/** How often the index is saved (ms). */
const SAVE_MS = 1000;

/** Bodies held at a time (bytes), beside the parts of large ones. */
const BUDGET_BYTES = 64 * 1024 * 1024;

/**
 * Copies what waits in the index, rank by rank: nothing of a rank begins before everything of the lower ranks has been
 * dealt with (I1). Failures are noted and hold back what depends on them; it rejects when cancelled, and when the index
 * cannot be kept.
 */
export async function copy(context: PassContext): Promise<void> {
	const budget = new ByteBudget(BUDGET_BYTES);
	const large = {
		...context,
		source: considerateStreams(context.source, context.watch),
		signal:
			context.signal === undefined
				? context.ending
				: AbortSignal.any([context.signal, context.ending]),
	};
	const onCopied = savingOften(context);
	for (const rank of COPY_ORDER) {
		context.crews.copying.forOthers();
		await settle([
			copyLane(large, { rank, isLarge: true }, budget, onCopied),
			copyLane(context, { rank, isLarge: false }, budget, onCopied),
		]);
		if (context.counts.isStopped) return;
		if (rank === copyRank("blob")) spreadTrouble(context.index);
	}
}

/**
 * Saves what was copied at most once a second, and at once the first time: that much a killed pass copies again. Not by
 * a timer, whose failure nobody would meet.
 */
function savingOften({ save }: PassContext): () => void {
	let saveAt = 0;
	return () => {
		const now = performance.now();
		if (now < saveAt) return;
		saveAt = now + SAVE_MS;
		save();
	};
}

async function copyLane(
	context: PassContext,
	lane: Lane,
	budget: ByteBudget,
	onCopied: () => void,
): Promise<void> {
	const { index, counts, signal, crews } = context;
	// Pullers share one generator: each takes the next object when it is done with its last. Not by `for`, which would
	// close it for all of them when one ends.
	const waiting = index.pending(lane);
	const pull = async (stays: () => boolean) => {
		while (stays()) {
			if (counts.isStopped) return;
			signal?.throwIfAborted();
			const { value: object } = waiting.next();
			if (object === undefined) return;
			// A large object is never held whole: its store bounds the parts on their way.
			const held = lane.isLarge ? 0 : object.size;
			const share = budget.take(held);
			if (share !== undefined) await share;
			try {
				// It may be over by now.
				if (counts.isStopped) return;
				await copyObject(context, lane.rank, object);
				onCopied();
			} catch (error) {
				if (!(error instanceof Postponement)) throw error;
				// It waits still; whether the target has it by now, its answer would have told.
				index.unsure(object.key);
				return;
			} finally {
				budget.give(held);
			}
			if (!lane.isLarge) crews.copying.done(held);
		}
	};
	if (!lane.isLarge) return await crews.copying.run(pull);
	const goesOn = () => true;
	await settle(Array.from({ length: LARGE_CONCURRENCY }, () => pull(goesOn)));
}
