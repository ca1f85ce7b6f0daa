import { type Kind, parseKey, type RegistryKey } from "../layout/paths.ts";
import { sqliteCode } from "../state/sqlite.ts";
import { ObjectBody } from "../store/body.ts";
import { asStoreError, isCancellation, StoreError } from "../store/errors.ts";
import type { ObjectMeta, PutOptions } from "../store/object-store.ts";
import { wait } from "../store/wait.ts";
import { add } from "./events.ts";
import { judgeLink, type LinkVerdict } from "./hold-back.ts";
import type { PendingObject } from "./object-index.ts";
import { State } from "./object-state.ts";
import type { PassContext } from "./pass-context.ts";
import { hasSameContent, provenVersion } from "./same-content.ts";
import { contentNow, isGone } from "./second-look.ts";
import { tellDamage, tellDangling } from "./tell-dangling.ts";

/** A wait (ms) before a blob that does not match its name is read again: its registry may still be writing it. */
const CORRUPT_WAIT_MS = 100;

/**
 * Copies an object, or finds out that it must wait or is the same already. Rejects only when cancelled, or when the index
 * cannot be kept.
 */
export async function copyObject(
	context: PassContext,
	rank: number,
	object: PendingObject,
): Promise<void> {
	const { index, counts, observe } = context;
	const { key, size, content } = object;
	const parsed = parseKey(key);
	const kind = parsed?.kind ?? "other";
	let isPut = false;
	try {
		if (content !== undefined) {
			const verdict = judgeLink(index, key, content, rank);
			if (
				verdict.type !== "write" &&
				(await isHeldBack(context, rank, object, verdict))
			)
				return;
		}
		if (
			object.state === State.compare &&
			(await isSame(context, object, parsed))
		) {
			index.settle(key);
			add(counts.skipped, size);
			observe({ type: "skipped", key, size });
		} else {
			isPut = true;
			const isProof = kind === "blob" && context.isUnproven;
			index.written(key, await put(context, object, parsed), isProof);
			add(counts.copied, size);
			observe({ type: "copied", key, kind, size });
		}
	} catch (error) {
		if (
			isCancellation(error, context.signal) ||
			sqliteCode(error) !== undefined
		)
			throw error;
		await fail(context, { rank, kind, key, isPut }, error);
	}
}

/** What could not be copied. */
interface Failed {
	readonly rank: number;
	readonly kind: Kind;
	readonly key: string;
	/** The target was asked to put it, and may have done so. */
	readonly isPut: boolean;
}

/** Whether the target has the same. A blob of which that is not known is proven, and that is noted. */
async function isSame(
	context: PassContext,
	object: PendingObject,
	parsed: RegistryKey | undefined,
): Promise<boolean> {
	if (parsed?.kind !== "blob") return await hasSameContent(context, object);
	const { index, counts, isDryRun } = context;
	const { key, size } = object;
	add(counts.proven, size);
	if (isDryRun) return true;
	const version = await provenVersion(context, key, parsed.digest);
	if (version === undefined) return false;
	index.prove(key, version);
	return true;
}

/** Holds a link back, or tells that it dangles: what is not on the source's list may have come, or been missed. */
async function isHeldBack(
	context: PassContext,
	rank: number,
	object: PendingObject,
	verdict: Exclude<LinkVerdict, { type: "write" }>,
): Promise<boolean> {
	const { index, counts, observe } = context;
	const { key, content } = object;
	const { type, needs } = verdict;
	if (type !== "hold-back" && (await isGone(context, needs))) {
		const now = type === "outdated" ? await contentNow(context, key) : content;
		if (now === content) {
			await tellDangling(context, object, type);
			return false;
		}
		if (now === undefined) {
			vanish(context, rank, key);
			return true;
		}
	}
	counts.heldBack++;
	index.trouble.mark(key, rank, State.trouble);
	observe({ type: "held-back", key, needs });
	return true;
}

async function put(
	{ source, target, signal }: PassContext,
	object: PendingObject,
	parsed: RegistryKey | undefined,
): Promise<ObjectMeta> {
	const { key, content } = object;
	if (content !== undefined)
		return await target.put(key, Buffer.from(content), { signal });
	const options: PutOptions = {
		signal,
		digest: parsed?.kind === "blob" ? parsed.digest : undefined,
	};
	try {
		return await target.put(
			key,
			new ObjectBody(source, object, signal),
			options,
		);
	} catch (error) {
		if (!isBeingWritten(error)) throw error;
		await wait(CORRUPT_WAIT_MS, signal);
		const now = (await source.head(key, { signal })) ?? object;
		return await target.put(key, new ObjectBody(source, now, signal), options);
	}
}

/** Older registries write manifests in place: one that was caught in the act is whole a moment later. */
function isBeingWritten(error: unknown): boolean {
	return (
		error instanceof StoreError &&
		(error.code === "corrupt" || error.code === "incomplete")
	);
}

async function fail(
	context: PassContext,
	{ rank, kind, key, isPut }: Failed,
	error: unknown,
): Promise<void> {
	const { source, target, index, counts, observe } = context;
	// A mistake of our own is neither side's, as far as is known.
	const store = `${source.url} to ${target.url}`;
	const failure = asStoreError(error, { store, operation: "copy", key });
	if (failure.code === "corrupt" && kind === "blob") {
		index.trouble.mark(key, rank, State.broken);
		const found = "its bytes do not hash to its name";
		tellDamage(context, { kind: "corrupt", key, found });
		return;
	}
	// What cannot be read in the source is not put.
	if (isPut && failure.store !== source.url) index.unsure(key);
	if (
		failure.code === "not-found" &&
		failure.store === source.url &&
		(await isGone(context, key))
	) {
		vanish(context, rank, key);
		return;
	}
	index.trouble.mark(key, rank, State.trouble);
	counts.failed++;
	observe({ type: "failed", key, error: failure });
	if (
		counts.failed >= context.maxFailures ||
		failure.code === "unauthenticated"
	)
		counts.isStopped = true;
}

/** Notes that an object is gone. Whatever depends on it is held back as after a failure; the next pass looks again. */
function vanish(
	{ index, counts, observe }: PassContext,
	rank: number,
	key: string,
): void {
	index.trouble.mark(key, rank, State.trouble);
	counts.vanished++;
	observe({ type: "vanished", key });
}
