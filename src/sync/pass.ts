import type { ObjectStore } from "../store/object-store.ts";
import { record } from "../store/record.ts";
import { copy } from "./copy.ts";
import { deleteExtra } from "./delete-extra.ts";
import { approvedPlan, type DeleteOptions } from "./delete-plan.ts";
import { add, Counts, type SyncEvent, type SyncResult } from "./events.ts";
import {
	guardBlobs,
	guardClaim,
	guardDistinct,
	guardOverlap,
	guardSource,
	guardTarget,
} from "./guards.ts";
import { asIndexError } from "./index-error.ts";
import { IndexFile } from "./index-file.ts";
import { listTarget } from "./list-target.ts";
import { mirrorLocks, planLocks } from "./locks.ts";
import { mark, readMarker } from "./marker.ts";
import { ObjectIndex } from "./object-index.ts";
import { holdBackOutdatedTags } from "./outdated-tags.ts";
import type { PassContext } from "./pass-context.ts";
import { readSource } from "./read-source.ts";

export interface SyncOptions {
	/** Objects on their way at a time; default 32. */
	readonly concurrency?: number | undefined;
	/**
	 * The file in which the index is kept from pass to pass, so that a pass costs what has changed. Its directory is made.
	 * It is one source's and one target's. Default: the index is temporary, and every pass lists and reads all.
	 */
	readonly indexPath?: string | undefined;
	/** Delete what the target has and the source does not. Default: it stays. */
	readonly deletes?: DeleteOptions | undefined;
	/** Go through everything and change nothing; the events are those of what would be done. Default false. */
	readonly isDryRun?: boolean | undefined;
	/** Accept a target that holds something else, or another registry. Default false. */
	readonly isTargetNotEmpty?: boolean | undefined;
	/** Failures after which the pass gives up; default 1,000. */
	readonly maxFailures?: number | undefined;
	/** Called with each fact as it happens; must not throw. */
	readonly observe?: ((event: SyncEvent) => void) | undefined;
	/** Stops the pass; it then rejects with the signal's reason. What was copied stays, and is closed (I1). */
	readonly signal?: AbortSignal | undefined;
}

/** Objects larger than this (bytes) count as large, where the target does not say. */
const LARGE_BYTES = 8 * 1024 * 1024;

/**
 * One pass: makes the target hold what the source's registry holds, in an order in which the target is closed under
 * references at every instant (I1), while the source's registry may be live. Deletes nothing but stale lock files, unless
 * it is told to; and then only when all of the source is known, and all was copied (I2).
 *
 * Rejects with a `SyncRefusal` when a guard refuses (nothing was changed then), with a `StoreError` when a listing
 * fails as a whole, with an `IndexError` when the index cannot be kept, or with the signal's reason. What happens to single objects is reported and counted.
 */
export async function sync(
	source: ObjectStore,
	target: ObjectStore,
	options: SyncOptions = {},
): Promise<SyncResult> {
	try {
		return await pass(source, target, options);
	} catch (error) {
		// What is thrown while the index is closed hides what led to it.
		const cause = error instanceof SuppressedError ? error.suppressed : error;
		throw asIndexError(cause, options.indexPath);
	}
}

async function pass(
	source: ObjectStore,
	target: ObjectStore,
	options: SyncOptions,
): Promise<SyncResult> {
	const { isDryRun = false, isTargetNotEmpty = false, signal } = options;
	guardDistinct(source, target);
	await guardSource(source, signal);
	const marker = await readMarker(target, signal);
	if (!isTargetNotEmpty) await guardTarget(source, target, marker, signal);
	using file = new IndexFile({ path: options.indexPath, isDryRun });
	const { claim } = file;
	const trustsIndex =
		claim !== undefined &&
		marker?.claim?.nonce === claim.nonce &&
		marker.claim.pass === claim.pass;
	file.begin(trustsIndex);
	const counts = new Counts();
	const context: PassContext = {
		source,
		target: isDryRun ? record(target) : target,
		index: new ObjectIndex(
			file.table,
			target.can.multipartThreshold ?? LARGE_BYTES,
		),
		trustsIndex,
		counts,
		observe: options.observe ?? (() => {}),
		concurrency: options.concurrency ?? 32,
		maxFailures: options.maxFailures ?? 1000,
		signal,
		save: () => file.save(),
	};

	context.observe({ type: "pass-started" });
	if (!trustsIndex) await listTarget(context);
	await readSource(context);
	// Once more: a mount that went away meanwhile looks like a registry from which all is deleted (I2).
	await guardSource(source, signal);
	const totals = context.index.totals();
	if (counts.unreadable === 0) guardBlobs(source, totals);
	if (!isTargetNotEmpty) guardOverlap(target, totals);
	counts.planned(totals);
	const { waiting, toCompare } = totals;
	context.observe({ type: "planned", ...waiting, toCompare });
	const { deletes } = options;
	const toDelete =
		deletes === undefined || counts.unreadable > 0
			? 0
			: (await approvedPlan(context.index, deletes, target.url)).objects;
	file.save();
	// A lasting index that was not trusted must be tied to the target, and a target without a marker be marked.
	const isTied =
		options.indexPath === undefined
			? marker?.source === source.identity
			: trustsIndex;
	const isIdle = waiting.objects + toDelete === 0;
	if (isTied && isIdle && (await hasSameLocks(context))) return counts.result();
	const claimed = file.withdraw();
	await mark(context.target, source, claimed, signal);
	await mirror(context);
	await copy(context);
	if (toDelete > 0) await holdBackOutdatedTags(context);
	if (deletes !== undefined && toDelete > 0 && counts.isWhole) {
		await guardSource(source, signal);
		if (!isDryRun) await guardClaim(target, claimed, signal);
		await deleteExtra(context, deletes);
	}
	// Once more: they may have changed while the pass ran, and they count only as a pair.
	if (!isDryRun && !counts.isStopped) await mirror(context);
	file.finish();
	return counts.result();
}

async function hasSameLocks({
	source,
	target,
	signal,
}: PassContext): Promise<boolean> {
	const { copies, stale } = await planLocks(source, target, signal);
	return copies.size + stale.length === 0;
}

async function mirror(context: PassContext): Promise<void> {
	const { source, target, counts, observe, signal } = context;
	const { copied, deleted } = await mirrorLocks(source, target, signal);
	for (const { key, size } of copied) {
		add(counts.copied, size);
		observe({ type: "copied", key, kind: "lock", size });
	}
	for (const key of deleted) {
		counts.deletedLocks++;
		observe({ type: "deleted", key, kind: "lock", size: 0 });
	}
}
