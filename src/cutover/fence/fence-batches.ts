import { setImmediate } from "node:timers/promises";
import { Pace } from "../../store/pace.ts";
import type { Call } from "../course/step.ts";
import type { FencedEntry } from "./fenced-tree.ts";

/** Most entries that are changed together: their paths have to fit into one command line, and a page of the record. */
const AT_ONCE = 500;

/** Entries a second: nobody waits for it, and the machine may have other work. */
const PER_SECOND = 20_000;

export interface BatchOptions extends Call {
	/** Most entries of a batch; default 500. */
	readonly atOnce?: number | undefined;
}

/** Gathers entries that follow each other on one file system, and gives others their turn between the batches. */
export async function* fenceBatches(
	entries: Iterable<FencedEntry>,
	{ atOnce = AT_ONCE, signal }: BatchOptions,
): AsyncGenerator<readonly FencedEntry[]> {
	const pace = new Pace(PER_SECOND);
	let batch: FencedEntry[] = [];
	for (const entry of entries) {
		const [first] = batch;
		if (
			batch.length === atOnce ||
			(first !== undefined && first.stats.dev !== entry.stats.dev)
		) {
			yield batch;
			await pace.take(batch.length, signal);
			await setImmediate();
			signal?.throwIfAborted();
			batch = [];
		}
		batch.push(entry);
	}
	if (batch.length > 0) yield batch;
}
