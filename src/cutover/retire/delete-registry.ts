import { COPY_ORDER, copyRank } from "../../layout/order.ts";
import { kindOf, REGISTRY_PREFIX } from "../../layout/paths.ts";
import type { Call, ObjectStore } from "../../store/object-store.ts";
import { Pace } from "../../store/pace.ts";

export interface DeleteRegistryOptions extends Call {
	readonly deletesPerSecond: number;
	/** Told after each page, with all so far. */
	readonly observe?: ((deleted: number) => void) | undefined;
}

/**
 * Deletes all that a registry has in a store, and nothing else there: what names something before what it names, so that
 * what a crash leaves is closed, and can be gone on with. Resolves with how many objects were deleted. Rejects with what the
 * store says of the first that could not be.
 */
export async function deleteRegistry(
	store: ObjectStore,
	{ deletesPerSecond, observe, signal }: DeleteRegistryOptions,
): Promise<number> {
	const pace = new Pace(deletesPerSecond);
	let deleted = 0;
	for (const rank of COPY_ORDER.toReversed())
		for await (const { objects, unreadable } of store.list({
			prefix: REGISTRY_PREFIX,
			signal,
		})) {
			for (const { error } of unreadable) throw error;
			const keys = objects
				.map(({ key }) => key)
				.filter((key) => copyRank(kindOf(key)) === rank);
			if (keys.length === 0) continue;
			await pace.take(keys.length, signal);
			const failures = await store.delete(keys, { signal });
			for (const error of failures.values()) throw error;
			deleted += keys.length;
			observe?.(deleted);
		}
	return deleted;
}

/** How many objects it would delete. */
export async function countRegistry(
	store: ObjectStore,
	{ signal }: Call,
): Promise<number> {
	let count = 0;
	for await (const { objects, unreadable } of store.list({
		prefix: REGISTRY_PREFIX,
		signal,
	})) {
		for (const { error } of unreadable) throw error;
		count += objects.length;
	}
	return count;
}
