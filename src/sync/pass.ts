import { isDamage } from "../state/sqlite.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { Postponement } from "../store/postponement.ts";
import { record } from "../store/record.ts";
import { carryOut, hasSameLocks, partialAfter } from "./carry-out.ts";
import { guardWriter, isSameClaim } from "./claim.ts";
import { considerate } from "./considerate-source.ts";
import { crewsFor } from "./crews.ts";
import { DeleteApproval, type DeleteOptions } from "./delete-plan.ts";
import { Ending } from "./ending.ts";
import { Counts, type SyncEvent, type SyncResult } from "./events.ts";
import {
	guardBlobs,
	guardDistinct,
	guardOverlap,
	guardSource,
	guardTarget,
} from "./guards.ts";
import { asIndexError } from "./index-error.ts";
import { IndexFile, removeIndex } from "./index-file.ts";
import { readMarker } from "./marker.ts";
import { guardMetadata, type KnownMetadata } from "./metadata-guard.ts";
import { NeededLayers } from "./needed-layers.ts";
import { ObjectIndex } from "./object-index.ts";
import { onTrust } from "./on-trust.ts";
import type { PassContext } from "./pass-context.ts";
import { readBoth } from "./read-both.ts";
import { isSelective, Selection, type SelectionOptions } from "./selection.ts";
import { guardNoLivePass, snapshotSource } from "./snapshot.ts";
import { spareExtra } from "./spare-extra.ts";
import { isAsKnown } from "./spot-check.ts";

export interface SyncOptions {
	/** Objects on their way at a time, at most; default 256. How many there are is found out: as many as pay. */
	readonly concurrency?: number | undefined;
	/** How often the stores were asked to slow down, as those that were opened with it count; default nobody knows. */
	readonly refusals?: { readonly count: number } | undefined;
	/**
	 * The file in which the index is kept from pass to pass, so that a pass costs what has changed. Its directory is made.
	 * It is one source's and one target's. Default: the index is temporary, and every pass lists and reads all.
	 */
	readonly indexPath?: string | undefined;
	/** Delete what the target has and the source does not. Default: it stays. */
	readonly deletes?: DeleteOptions | undefined;
	/**
	 * The live source, of which the source is a snapshot: index and marker are the live one's, and the next pass from there
	 * goes on with them. Refused once a pass from the live source has begun. Default: the source is live itself.
	 */
	readonly snapshotOf?: ObjectStore | undefined;
	/** What of the source is copied. Default: all. */
	readonly selection?: SelectionOptions | undefined;
	/** What is known of the source's metadata beside its lock files; it matters to a selection. Default: nothing. */
	readonly metadata?: KnownMetadata | undefined;
	/**
	 * Asked of each object that the target has and the source does not: false leaves it out, so that it is neither deleted
	 * nor counted. Default: none is left out.
	 */
	readonly isExtra?: ((key: string) => boolean) | undefined;
	/** List the target, also when the index is thought to agree with it. Default false. */
	readonly relist?: boolean | undefined;
	/** Go through everything and change nothing; the events are those of what would be done. Default false. */
	readonly isDryRun?: boolean | undefined;
	/** Accept a target that holds something else, or another registry. Default false. */
	readonly isTargetNotEmpty?: boolean | undefined;
	/** Go on where the target says that another pass writes there: that one was killed. Default false. */
	readonly isTakeOver?: boolean | undefined;
	/** Begin nothing new from then on, and end with what there is; default when all is done. */
	readonly endsAt?: Date | undefined;
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
 * fails as a whole, with an `IndexError` when the index cannot be kept, or with the signal's reason. What happens to
 * single objects is reported and counted.
 */
export async function sync(
	source: ObjectStore,
	target: ObjectStore,
	options: SyncOptions = {},
): Promise<SyncResult> {
	try {
		const { snapshotOf: live, deletes, signal } = options;
		const from =
			live === undefined
				? source
				: await snapshotSource(source, { live, target, deletes, signal });
		return (
			(await pass(from, target, options)) ??
			(await listedPass(from, target, options))
		);
	} catch (error) {
		// What is thrown while the index is closed hides what led to it.
		const cause = error instanceof SuppressedError ? error.suppressed : error;
		if (options.indexPath !== undefined && isDamage(cause))
			removeIndex(options.indexPath);
		throw asIndexError(cause, options.indexPath);
	}
}

/** A pass that trusts no index. */
async function listedPass(
	source: ObjectStore,
	target: ObjectStore,
	options: SyncOptions,
): Promise<SyncResult> {
	const result = await pass(source, target, { ...options, relist: true });
	if (result === undefined) throw new Error("a listing is as it is");
	return result;
}

/** `undefined`: the index proved not to agree with the target. Nothing was changed then, and no fact was told. */
async function pass(
	source: ObjectStore,
	target: ObjectStore,
	options: SyncOptions,
): Promise<SyncResult | undefined> {
	const { isDryRun = false, isTargetNotEmpty = false, signal } = options;
	const { observe = () => {} } = options;
	guardDistinct(source, target);
	await guardSource(source, signal);
	if (isSelective(options.selection))
		await guardMetadata(source, options.metadata ?? {}, signal);
	const marker = await readMarker(target, signal);
	if (!isTargetNotEmpty) await guardTarget(source, target, marker, signal);
	if (options.snapshotOf !== undefined) guardNoLivePass(target, marker);
	using file = new IndexFile({ path: options.indexPath, isDryRun });
	if (marker !== undefined && options.isTakeOver !== true)
		guardWriter(target, marker, file.lastClaim);
	using approval =
		options.deletes &&
		new DeleteApproval(options.deletes, {
			source: source.identity,
			target: target.identity,
			targetUrl: target.url,
			claim: marker?.claim,
			isDryRun,
		});
	const index = new ObjectIndex(
		file.table,
		target.can.multipartThreshold ?? LARGE_BYTES,
	);
	const trustsIndex =
		options.relist !== true && isSameClaim(file.claim, marker?.claim);
	// A lasting index that was not trusted must be tied to the target, and a target without a marker be marked.
	const isTied =
		options.indexPath === undefined
			? marker?.source === source.identity
			: trustsIndex;
	const selection = isSelective(options.selection)
		? new Selection(file.table, options.selection)
		: undefined;
	const crews = crewsFor(options);
	const counts = new Counts();
	counts.isTargetListed = !trustsIndex;
	// Until this pass changes anything.
	counts.partial = marker?.partial;
	using ending = new Ending(options.endsAt, () => {
		counts.isStopped = true;
		counts.isOutOfTime = true;
	});
	file.begin(trustsIndex);
	const given = {
		source: considerate(source, crews.watch),
		target: isDryRun ? record(target) : target,
		index,
		selection,
		trustsIndex,
		isDryRun,
		counts,
		observe,
		neededLayers: new NeededLayers(),
		...crews,
		maxFailures: options.maxFailures ?? 1000,
		signal: ending.or(signal),
		ending: ending.signal,
		save: () => file.save(),
	};
	const isSo = async (signal: AbortSignal) =>
		!trustsIndex ||
		isAsKnown(target, (...range) => index.atTarget(...range), signal);
	const read = await onTrust(
		isSo,
		(signal, observe) => {
			observe({ type: "pass-started" });
			// Without a marker, what is there was put there by somebody else.
			const wasUnproven = marker?.isUnproven;
			return readBoth({ ...given, signal, observe }, wasUnproven);
		},
		given,
	).catch((error) => {
		if (error instanceof Postponement) return counts.result();
		throw error;
	});
	if (read === undefined || "isComplete" in read) return read;
	const context: PassContext = { ...read, observe, signal };
	if (options.isExtra !== undefined)
		spareExtra(file.table, index, options.isExtra, counts);
	const toDo = await plan(context, options, approval);
	file.save();
	const isIdle =
		toDo.copies + toDo.deletes === 0 &&
		// The first pass from the live source says so, also where nothing has changed.
		(marker?.isSnapshot !== true || options.snapshotOf !== undefined) &&
		partialAfter(context, marker) === marker?.partial;
	if (ending.signal.aborted) return counts.result();
	if (!isTied || !isIdle || !(await hasSameLocks(context)))
		await carryOut(context, file, {
			isDryRun,
			deletes: toDo.deletes > 0 ? options.deletes : undefined,
			snapshotOf: options.snapshotOf,
			marker,
		});
	counts.partial = partialAfter(context, marker);
	return counts.result();
}

/** What a pass is to do (objects). */
interface ToDo {
	readonly copies: number;
	readonly deletes: number;
}

/** Has refused or approved what follows from what was read. Changes nothing. */
async function plan(
	context: PassContext,
	{ isTargetNotEmpty = false }: SyncOptions,
	approval: DeleteApproval | undefined,
): Promise<ToDo> {
	const { source, target, index, counts, observe, signal } = context;
	const { selection } = context;
	// Once more: a mount that went away meanwhile looks like a registry from which all is deleted (I2).
	await guardSource(source, signal);
	selection?.apply();
	const totals = index.totals();
	if (counts.unreadable === 0) guardBlobs(source, totals);
	if (!isTargetNotEmpty) guardOverlap(target, totals);
	counts.planned(totals, selection);
	const { waiting, toCompare } = totals;
	observe({ type: "planned", ...waiting, toCompare });
	const copies = waiting.objects;
	if (approval === undefined || counts.unreadable > 0)
		return { copies, deletes: 0 };
	counts.deletePlan = await approval.plan(index);
	return { copies, deletes: counts.deletePlan.objects };
}
