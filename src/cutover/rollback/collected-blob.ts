import { BLOBS_PREFIX } from "../../layout/paths.ts";
import { blobsAtBoth } from "../../sync/blobs-at-both.ts";
import { merge } from "../../verify/merge.ts";
import type { Call } from "../course/step.ts";
import type { RollbackWorld } from "./rollback-world.ts";

/** Keys that are compared at a time. */
const BATCH = 1000;

/**
 * A blob that the passes back have found in the old source, or put there, that the registry has, and that is there no more:
 * garbage collection that somebody runs there takes what no link there names yet. The links do not give it away
 * (`source-changes.ts`), nor does a pass that goes by its index. `undefined`: there is none. Costs a listing of the blobs.
 * Rejects with a `StoreError` where a place cannot be looked at (I2).
 */
export async function collectedBlob(
	{ oldSource, pass }: Pick<RollbackWorld, "oldSource" | "pass">,
	call: Call,
): Promise<string | undefined> {
	if (pass.indexPath === undefined) return undefined;
	for await (const pairs of merge(
		known(pass.indexPath),
		listed(oldSource, call),
	))
		for (const { key, left, right } of pairs)
			if (left !== undefined && right === undefined) return key;
	return undefined;
}

async function* known(indexPath: string) {
	let batch: { readonly key: string }[] = [];
	for (const key of blobsAtBoth(indexPath)) {
		batch.push({ key });
		if (batch.length < BATCH) continue;
		yield batch;
		batch = [];
	}
	yield batch;
}

async function* listed(
	store: RollbackWorld["oldSource"],
	{ signal }: Call,
): AsyncGenerator<readonly { readonly key: string }[]> {
	for await (const { objects, unreadable } of store.list({
		prefix: BLOBS_PREFIX,
		signal,
	})) {
		for (const { error } of unreadable) throw error;
		yield objects;
	}
}
