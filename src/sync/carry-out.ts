import type { Partiality } from "../layout/marker.ts";
import { thisWriter } from "../state/writer.ts";
import { StoreError } from "../store/errors.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { endWriting, guardAlias, guardClaim, guardUnchanged } from "./claim.ts";
import { copy } from "./copy.ts";
import { deleteExtra } from "./delete-extra.ts";
import type { DeleteOptions } from "./delete-plan.ts";
import { add } from "./events.ts";
import { guardSource } from "./guards.ts";
import type { IndexFile } from "./index-file.ts";
import { mirrorLocks, planLocks } from "./locks.ts";
import { type Marker, mark } from "./marker.ts";
import { holdBackOutdatedTags } from "./outdated-tags.ts";
import type { PassContext } from "./pass-context.ts";
import { partialityAfter } from "./selection.ts";

/** How the target is changed. */
interface Change {
	/** Delete what the target has and the source does not; `undefined`: it stays. */
	readonly deletes: DeleteOptions | undefined;
	/** The live source, of which the source is a snapshot. */
	readonly snapshotOf: ObjectStore | undefined;
	readonly isDryRun: boolean;
	/** What the target's marker said when the pass began. */
	readonly marker: Marker | undefined;
}

/** Copies what waits, then deletes. Only here is the target changed. */
export async function carryOut(
	context: PassContext,
	file: IndexFile,
	change: Change,
): Promise<void> {
	const { source, target, index, signal } = context;
	if (change.isDryRun) return await write(context, change, async () => {});
	await guardUnchanged(target, change.marker, signal);
	const claim = file.withdraw();
	const ours = {
		source: source.identity,
		claim,
		writer: thisWriter(),
		isUnproven: context.isUnproven,
		isSnapshot: change.snapshotOf !== undefined,
		partial: partialAfter(context, change.marker, false),
	};
	await mark(target, ours, signal);
	await guardAlias(source, target, claim, change.marker, signal);
	if (change.snapshotOf !== undefined)
		await guardAlias(change.snapshotOf, target, claim, change.marker, signal);
	const end = (signal: AbortSignal | undefined, isDone = false) => {
		const isUnproven = ours.isUnproven && index.hasUnproven;
		const partial = partialAfter(context, change.marker, isDone);
		const last = { ...ours, isUnproven, partial };
		return endWriting(target, last, () => file.withdraw(), signal);
	};
	try {
		await write(context, change, () => guardClaim(target, claim, signal));
	} catch (error) {
		// What cannot be said any more is found out by the next pass.
		await Promise.try(end, AbortSignal.timeout(END_MS)).catch(() => {});
		throw error;
	}
	const isOurs = await end(signal, true).catch(ifUntold(context, false));
	if (isOurs) file.finish();
}

/** Where objects have failed already, those are what there is to tell, and not the store's failure that comes last. */
function ifUntold<T>({ counts }: PassContext, instead: T) {
	return (error: unknown): T => {
		if (counts.isWhole || !(error instanceof StoreError)) throw error;
		return instead;
	};
}

/** What the target lacks because it was left out; while the pass is not done, what it lacked before is still lacking. */
export function partialAfter(
	{ selection, counts }: PassContext,
	before: Marker | undefined,
	isDone = true,
): Partiality | undefined {
	const isWhole = isDone && counts.isWhole;
	return partialityAfter(selection?.partiality, isWhole, before?.partial);
}

/** How long a pass that failed may take to say that it has ended (ms). */
const END_MS = 5000;

async function write(
	context: PassContext,
	{ deletes, isDryRun }: Change,
	guard: () => Promise<void>,
): Promise<void> {
	const { source, counts, signal } = context;
	await mirror(context);
	await copy(context);
	if (deletes !== undefined) await holdBackOutdatedTags(context);
	if (deletes !== undefined && counts.isWhole) {
		await guardSource(source, signal);
		await deleteExtra(context, deletes, guard);
	}
	// Once more: they may have changed while the pass ran, and they count only as a pair.
	if (!isDryRun && !counts.isStopped)
		await mirror(context).catch(ifUntold(context, undefined));
}

export async function hasSameLocks({
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
