import { exclusionOf } from "../layout/exclusion.ts";
import { LOCKS_PREFIX } from "../layout/paths.ts";
import { StoreError } from "../store/errors.ts";
import type { ObjectStore } from "../store/object-store.ts";

/** Longest lock file that is believed to be one (bytes). GitLab's holds 13. */
const MAX_LOCK_BYTES = 64 * 1024;

/** What mirroring the lock files did. */
export interface MirroredLocks {
	readonly copied: readonly { readonly key: string; readonly size: number }[];
	readonly deleted: readonly string[];
	/** How many the source has. */
	readonly count: number;
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
	const wanted = await readLocks(source, signal);
	const present = await readLocks(target, signal);
	const copied: { key: string; size: number }[] = [];
	for (const [key, content] of wanted) {
		if (present.get(key)?.equals(content)) continue;
		await target.put(key, content, { signal });
		copied.push({ key, size: content.length });
	}
	const deleted = [...present.keys()].filter((key) => !wanted.has(key));
	if (deleted.length > 0) {
		for (const error of (await target.delete(deleted, { signal })).values())
			throw error;
	}
	return { copied, deleted, count: wanted.size };
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
			if (size > MAX_LOCK_BYTES) {
				throw new StoreError(
					"unsupported",
					`it has ${size} bytes, too many for a lock file`,
					{ store: store.url, operation: "read", key },
				);
			}
			await using reader = await store.get(key, { signal });
			locks.set(key, Buffer.from(await reader.bytes(MAX_LOCK_BYTES)));
		}
	}
	return locks;
}
