import { exclusionOf } from "../layout/exclusion.ts";
import { isDivisible, partOf } from "../layout/parts.ts";
import { BLOBS_PREFIX, parseKey, REGISTRY_PREFIX } from "../layout/paths.ts";
import { PAGE_SIZE, type Page } from "../store/object-store.ts";
import type { PassContext } from "./pass-context.ts";
import { MAX_SHARDS } from "./shards.ts";
import { workOff } from "./work-off.ts";

/**
 * Takes in what the target has. Nobody else writes there, so this may be done at any time before the target is changed.
 * Resolves to whether it has any blob.
 *
 * An object store is asked for several pages at a time: a prefix of more than a page is divided into what lies directly
 * below it, as long as there are others with nothing to do. Parts are prefixes, and not ranges that begin at a key: MinIO
 * leaves out objects of a listing that begins inside `a/` where there is an `a-b/` or `a.b/`, and says that it is complete.
 */
export async function listTarget(
	{
		target,
		index,
		concurrency,
		observe,
		signal,
	}: Pick<
		PassContext,
		"target" | "index" | "concurrency" | "observe" | "signal"
	>,
	pageSize: number = PAGE_SIZE,
): Promise<boolean> {
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
	const shards = target.can.waits ? Math.min(concurrency, MAX_SHARDS) : 1;
	await workOff<string>(REGISTRY_PREFIX, shards, async (prefix, others) => {
		for await (const page of target.list({ prefix, signal })) {
			take(page);
			const isLong = page.objects.length >= pageSize;
			if (!isLong || others.idle === 0 || !isDivisible(prefix)) continue;
			const below = new Set<string>();
			const options = { prefix, isShallow: true, signal };
			for await (const level of target.list(options)) {
				take(level);
				for (const each of level.prefixes) below.add(partOf(prefix, each));
			}
			// What the page held comes again, and is the same.
			for (const part of below) others.add(part);
			return;
		}
	});
	return hasBlobs;
}
