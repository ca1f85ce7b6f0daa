import { exclusionOf } from "../layout/exclusion.ts";
import { kindOf, LOCKS_PREFIX } from "../layout/paths.ts";
import { StoreError, type StoreErrorCode } from "../store/errors.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { holdsRegistry } from "./guards.ts";

/** Longest lock file that is believed to be one (bytes). GitLab's holds 13. */
const MAX_LOCK_BYTES = 64 * 1024;

/** What mirroring the lock files did. */
export interface MirroredLocks {
	readonly copied: readonly { readonly key: string; readonly size: number }[];
	readonly deleted: readonly string[];
}

/** What must be done to make the target's lock files the source's. */
export interface LockPlan {
	/** The content of those to be copied, by key. */
	readonly copies: ReadonlyMap<string, Buffer>;
	/** Those that the source does not have. */
	readonly stale: readonly string[];
}

/** Compares the lock files. Rejects with a `StoreError` when either side's cannot be read. */
export async function planLocks(
	source: ObjectStore,
	target: ObjectStore,
	signal: AbortSignal | undefined,
): Promise<LockPlan> {
	const copies = new Map(await readLocks(source, signal));
	const stale: string[] = [];
	for (const [key, content] of await readLocks(target, signal)) {
		const wanted = copies.get(key);
		if (wanted?.equals(content)) copies.delete(key);
		else if (wanted === undefined && kindOf(key) === "lock") stale.push(key);
	}
	// A source whose mount went away has no lock files either: it is unknown then, not empty (I2).
	if (stale.length > 0 && !(await holdsRegistry(source, signal)))
		throw refusal(source, "unavailable", "its registry is gone", LOCKS_PREFIX);
	return { copies, stale };
}

/**
 * Makes the target's lock files exactly the source's, absences included: they say which metadata is in force, and a
 * stale one beside a new one keeps the registry from starting. Rejects with a `StoreError` when the source's cannot
 * be read; then nothing was deleted.
 */
export async function mirrorLocks(
	source: ObjectStore,
	target: ObjectStore,
	signal: AbortSignal | undefined,
): Promise<MirroredLocks> {
	const { copies, stale } = await planLocks(source, target, signal);
	const copied: { key: string; size: number }[] = [];
	for (const [key, content] of copies) {
		await target.put(key, content, { signal });
		copied.push({ key, size: content.length });
	}
	if (stale.length > 0) {
		for (const error of (await target.delete(stale, { signal })).values())
			throw error;
	}
	return { copied, deleted: stale };
}

async function readLocks(
	store: ObjectStore,
	signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, Buffer>> {
	const locks = new Map<string, Buffer>();
	for await (const { objects, unreadable } of store.list({
		prefix: LOCKS_PREFIX,
		signal,
	})) {
		for (const { error } of unreadable) throw error;
		for (const { key, size } of objects) {
			if (exclusionOf(key) !== undefined) continue;
			if (size > MAX_LOCK_BYTES)
				throw refusal(
					store,
					"unsupported",
					`it has ${size} bytes, too many for a lock file`,
					key,
				);
			const content = await readLock(store, key, signal);
			if (content !== undefined) locks.set(key, content);
		}
	}
	return locks;
}

/** What a lock file holds; `undefined` when it is gone since it was listed. */
async function readLock(
	store: ObjectStore,
	key: string,
	signal: AbortSignal | undefined,
): Promise<Buffer | undefined> {
	try {
		await using reader = await store.get(key, { signal });
		return Buffer.from(await reader.bytes(MAX_LOCK_BYTES));
	} catch (error) {
		if (!(error instanceof StoreError) || error.code !== "not-found")
			throw error;
		if ((await store.head(key, { signal })) !== undefined) throw error;
		return undefined;
	}
}

function refusal(
	store: ObjectStore,
	code: StoreErrorCode,
	reason: string,
	key: string,
): StoreError {
	return new StoreError(code, reason, {
		store: store.url,
		operation: "read",
		key,
	});
}
