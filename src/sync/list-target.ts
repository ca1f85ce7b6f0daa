import { exclusionOf } from "../layout/exclusion.ts";
import { BLOBS_PREFIX, parseKey, REGISTRY_PREFIX } from "../layout/paths.ts";
import type { Page } from "../store/object-store.ts";
import { registryBoundaries } from "./boundaries.ts";
import type { PassContext } from "./pass-context.ts";
import { listInShards, MAX_SHARDS } from "./shards.ts";

/**
 * Takes in what the target has; from an object store, several pages at a time. Nobody else writes there, so this may be
 * done at any time before the target is changed. Resolves to whether it has any blob.
 */
export async function listTarget({
	target,
	index,
	concurrency,
	observe,
	signal,
}: Pick<
	PassContext,
	"target" | "index" | "concurrency" | "observe" | "signal"
>): Promise<boolean> {
	let hasBlobs = false;
	const take = ({ objects, unreadable }: Page) => {
		// A target that cannot be looked at cannot be decided on.
		for (const { error } of unreadable) throw error;
		index.addTarget(
			objects.filter(
				({ key }) =>
					exclusionOf(key) === undefined && parseKey(key)?.kind !== "lock",
			),
		);
		hasBlobs ||= objects.some(({ key }) => key.startsWith(BLOBS_PREFIX));
		observe({ type: "target-listed", objects: objects.length });
	};
	const { waits, listsFromAnywhere } = target.can;
	await listInShards(target, {
		prefix: REGISTRY_PREFIX,
		shards: waits && listsFromAnywhere ? Math.min(concurrency, MAX_SHARDS) : 1,
		boundaries: () => registryBoundaries(target, signal),
		open: () => ({ take, end: () => {} }),
		signal,
	});
	return hasBlobs;
}
