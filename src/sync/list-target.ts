import { exclusionOf } from "../layout/exclusion.ts";
import { BLOBS_PREFIX, parseKey, REGISTRY_PREFIX } from "../layout/paths.ts";
import type { PassContext } from "./pass-context.ts";

/**
 * Takes in what the target has. Nobody else writes there, so this may be done before the source is read. Resolves to
 * whether it has any blob.
 */
export async function listTarget({
	target,
	index,
	observe,
	signal,
}: Pick<
	PassContext,
	"target" | "index" | "observe" | "signal"
>): Promise<boolean> {
	let hasBlobs = false;
	for await (const { objects, unreadable } of target.list({
		prefix: REGISTRY_PREFIX,
		signal,
	})) {
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
	}
	return hasBlobs;
}
