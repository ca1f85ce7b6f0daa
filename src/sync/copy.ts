import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { copyRank } from "../layout/order.ts";
import { type Kind, parseKey, type RegistryKey } from "../layout/paths.ts";
import { ObjectBody } from "../store/body.ts";
import { isCancellation, StoreError } from "../store/errors.ts";
import type { ObjectStore, PutOptions } from "../store/object-store.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { add, type Counts, type Damage, type SyncEvent } from "./events.ts";
import { judgeLink } from "./hold-back.ts";
import {
	LANES,
	type Lane,
	type ObjectIndex,
	type PendingObject,
	State,
} from "./object-index.ts";

/** What copying works with. */
export interface CopyContext {
	readonly source: ObjectStore;
	readonly target: ObjectStore;
	readonly index: ObjectIndex;
	readonly counts: Counts;
	readonly observe: (event: SyncEvent) => void;
	/** Objects on their way at a time. */
	readonly concurrency: number;
	/** Failures after which the pass gives up. */
	readonly maxFailures: number;
	readonly budget: ByteBudget;
	readonly signal: AbortSignal | undefined;
}

/** Large objects on their way at a time, beside the others. */
const LARGE_CONCURRENCY = 2;

/** A wait (ms) before a blob that does not match its name is read again: its registry may still be writing it. */
const CORRUPT_WAIT_MS = 100;

/**
 * Copies what waits in the index, rank by rank: nothing of a rank begins before everything of the lower ranks has been
 * dealt with (I1). Failures are noted and hold back what depends on them; only cancellation rejects.
 */
export async function copy(context: CopyContext): Promise<void> {
	for (const lanes of LANES) {
		await settle(lanes.map((lane) => copyLane(context, lane)));
		if (context.counts.isStopped) return;
		// Links that are at the target already are not copied, and so not judged: their trouble must be known too.
		if (lanes[0]?.rank === copyRank("blob") && context.index.hasTrouble)
			context.index.spreadTrouble();
	}
}

async function copyLane(context: CopyContext, lane: Lane): Promise<void> {
	// Pullers share one generator: each takes the next object when it is done with its last.
	const waiting = context.index.pending(lane);
	const pull = async () => {
		for (const object of waiting) {
			context.signal?.throwIfAborted();
			if (context.counts.isStopped) return;
			await copyObject(context, lane, object);
		}
	};
	const pullers = lane.isLarge ? LARGE_CONCURRENCY : context.concurrency;
	await settle(Array.from({ length: pullers }, pull));
}

/** Waits for all of them, also when one fails, so that nothing goes on behind the caller's back. */
async function settle(promises: readonly Promise<void>[]): Promise<void> {
	for (const outcome of await Promise.allSettled(promises)) {
		if (outcome.status === "rejected") throw outcome.reason;
	}
}

async function copyObject(
	context: CopyContext,
	lane: Lane,
	object: PendingObject,
): Promise<void> {
	const { rank } = lane;
	const { index, counts, observe, budget } = context;
	const { key, size, content } = object;
	const parsed = parseKey(key);
	const kind = parsed?.kind ?? "other";
	if (content !== undefined) {
		const verdict = judgeLink(index, key, content, rank);
		if (verdict.type === "hold-back") {
			counts.heldBack++;
			index.mark(key, rank, State.trouble);
			observe({ type: "held-back", key, needs: verdict.needs });
			return;
		}
		if (verdict.type === "dangling")
			report(context, {
				kind: "dangling",
				key,
				found: `the source has no blob ${content}`,
			});
	}
	// A large object is never held whole: its store bounds the parts on their way.
	const held = lane.isLarge ? 0 : size;
	const share = budget.take(held);
	if (share !== undefined) await share;
	try {
		if (object.state === State.compare && (await isSame(context, object))) {
			add(counts.skipped, size);
			observe({ type: "skipped", key, size });
		} else {
			await put(context, object, parsed);
			add(counts.copied, size);
			observe({ type: "copied", key, kind, size });
		}
	} catch (error) {
		if (isCancellation(error, context.signal)) throw error;
		await fail(context, rank, kind, object, error);
	} finally {
		budget.give(held);
	}
}

async function put(
	context: CopyContext,
	object: PendingObject,
	parsed: RegistryKey | undefined,
): Promise<void> {
	const { source, target, signal } = context;
	const { key, content } = object;
	if (content !== undefined) {
		await target.put(key, Buffer.from(content), { signal });
		return;
	}
	const options: PutOptions = {
		signal,
		digest: parsed?.kind === "blob" ? parsed.digest : undefined,
	};
	try {
		await target.put(key, new ObjectBody(source, object, signal), options);
	} catch (error) {
		if (!isBeingWritten(error)) throw error;
		await setTimeout(CORRUPT_WAIT_MS, undefined, { signal });
		const now = await source.head(key, { signal });
		await target.put(
			key,
			new ObjectBody(source, now ?? object, signal),
			options,
		);
	}
}

/** Older registries write manifests in place: one that was caught in the act is whole a moment later. */
function isBeingWritten(error: unknown): boolean {
	return (
		error instanceof StoreError &&
		(error.code === "corrupt" || error.code === "incomplete")
	);
}

/** Whether the target's content is the source's, of two objects of the same size. */
async function isSame(
	{ source, target, signal }: CopyContext,
	{ key, content }: PendingObject,
): Promise<boolean> {
	try {
		if (content === undefined)
			return (
				(await contentHash(source, key, signal)) ===
				(await contentHash(target, key, signal))
			);
		await using reader = await target.get(key, { signal });
		return (
			Buffer.from(await reader.bytes(content.length)).toString("latin1") ===
			content
		);
	} catch (error) {
		// Gone from the target since it was listed, or no longer as long: different, then.
		if (
			error instanceof StoreError &&
			(error.code === "not-found" || error.code === "unsupported")
		)
			return false;
		throw error;
	}
}

async function contentHash(
	store: ObjectStore,
	key: string,
	signal: AbortSignal | undefined,
): Promise<string> {
	const hash = createHash("sha256");
	await using reader = await store.get(key, { signal });
	for await (const chunk of reader.stream()) hash.update(chunk);
	return hash.digest("hex");
}

async function fail(
	context: CopyContext,
	rank: number,
	kind: Kind,
	object: PendingObject,
	error: unknown,
): Promise<void> {
	const { source, index, counts, observe, signal } = context;
	const { key } = object;
	const failure =
		error instanceof StoreError
			? error
			: new StoreError(
					"unknown",
					error instanceof Error ? error.message : String(error),
					{ store: source.url, operation: "copy", key, cause: error },
				);
	if (failure.code === "corrupt" && kind === "blob") {
		index.mark(key, rank, State.broken);
		report(context, {
			kind: "corrupt",
			key,
			found: "its bytes do not hash to its name",
		});
		return;
	}
	// Whatever depends on it is held back either way; the next pass looks again.
	index.mark(key, rank, State.trouble);
	if (
		failure.code === "not-found" &&
		failure.store === source.url &&
		(await isGone(source, key, signal))
	) {
		counts.vanished++;
		observe({ type: "vanished", key });
		return;
	}
	counts.failed++;
	observe({ type: "failed", key, error: failure });
	if (
		counts.failed >= context.maxFailures ||
		failure.code === "unauthenticated"
	)
		counts.isStopped = true;
}

async function isGone(
	source: ObjectStore,
	key: string,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	try {
		return (await source.head(key, { signal })) === undefined;
	} catch (error) {
		if (isCancellation(error, signal)) throw error;
		// It could not be looked at: unknown is not absent (I2).
		return false;
	}
}

function report({ counts, observe }: CopyContext, damage: Damage): void {
	counts.damage[damage.kind]++;
	observe({ type: "broken", damage });
}
