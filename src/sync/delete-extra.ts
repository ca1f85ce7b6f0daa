import { COPY_ORDER } from "../layout/order.ts";
import { kindOf } from "../layout/paths.ts";
import { sqliteCode } from "../state/sqlite.ts";
import { ObjectBody } from "../store/body.ts";
import { asStoreError, isCancellation } from "../store/errors.ts";
import type { DeleteOptions } from "./delete-plan.ts";
import { add } from "./events.ts";
import type { TargetObject } from "./object-index.ts";
import type { PassContext } from "./pass-context.ts";
import { settle } from "./settle.ts";

/**
 * Deletes what the target has and the source does not, from the tags down to the blobs: no link ever names something
 * that was deleted before it (I1). Each object is looked for in the source once more. When something of a rank cannot be
 * deleted, what ranks lower stays, for the link that stayed may need it. Before each batch `guard` is asked, which rejects
 * when this pass must delete no more.
 */
export async function deleteExtra(
	context: PassContext,
	options: DeleteOptions,
	guard: () => Promise<void>,
): Promise<void> {
	const { counts, index } = context;
	for (const rank of COPY_ORDER.toReversed()) {
		const failedBefore = counts.failed;
		for (const batch of index.extra(rank)) {
			if (counts.isStopped) return;
			await deleteBatch(context, batch, options, guard);
		}
		if (counts.failed > failedBefore) return;
	}
}

async function deleteBatch(
	context: PassContext,
	batch: readonly TargetObject[],
	{ backupPrefix }: DeleteOptions,
	guard: () => Promise<void>,
): Promise<void> {
	const { target, index, counts, observe, crews, signal } = context;
	const confirmed: TargetObject[] = [];
	const waiting = batch.values();
	const confirm = async () => {
		for (const object of waiting) {
			signal?.throwIfAborted();
			try {
				if (!(await isStillExtra(context, object.key))) continue;
				if (backupPrefix !== undefined)
					await backUp(context, object, backupPrefix);
				confirmed.push(object);
			} catch (error) {
				fail(context, object.key, error);
			}
		}
	};
	const readers = Math.min(crews.reading.limit, batch.length);
	await settle(Array.from({ length: readers }, confirm));
	// In the order of the plan, however long each took to look at.
	const kept = new Set(confirmed);
	const doomed = batch.filter((object) => kept.has(object));
	if (doomed.length === 0) return;
	await guard();
	// Whether they are there is unknown until the answer is.
	for (const { key } of doomed) index.unsure(key);
	const failures = await target
		.delete(
			doomed.map(({ key }) => key),
			{ signal },
		)
		.catch((error: unknown) => {
			if (isCancellation(error, signal)) throw error;
			return new Map(doomed.map(({ key }) => [key, error]));
		});
	for (const { key, size } of doomed) {
		const failure = failures.get(key);
		if (failure !== undefined) {
			fail(context, key, failure);
			continue;
		}
		index.deleted(key);
		add(counts.deleted, size);
		observe({ type: "deleted", key, kind: kindOf(key), size });
	}
}

/** Whether the source, asked again, lacks the object. Rejects when it cannot tell (I2). */
async function isStillExtra(
	{ source, signal }: PassContext,
	key: string,
): Promise<boolean> {
	return (await source.head(key, { signal })) === undefined;
}

/** Copies an object of the target beside itself; one that is gone needs no copy. */
async function backUp(
	{ target, signal }: PassContext,
	{ key }: TargetObject,
	prefix: string,
): Promise<void> {
	const meta = await target.head(key, { signal });
	if (meta === undefined) return;
	await target.put(prefix + key, new ObjectBody(target, meta, signal), {
		signal,
	});
}

function fail(context: PassContext, key: string, error: unknown): void {
	const { counts, observe, signal, target } = context;
	if (isCancellation(error, signal) || sqliteCode(error) !== undefined)
		throw error;
	const store = target.url;
	const failure = asStoreError(error, { store, operation: "delete", key });
	counts.failed++;
	observe({ type: "delete-failed", key, error: failure });
}
