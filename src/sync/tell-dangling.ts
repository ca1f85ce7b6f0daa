import { formatDigest } from "../layout/digest.ts";
import { parseKey } from "../layout/paths.ts";
import type { Damage } from "./events.ts";
import type { LinkVerdict } from "./hold-back.ts";
import type { PendingObject } from "./object-index.ts";
import type { PassContext } from "./pass-context.ts";

/** Why a link is known to dangle: a verdict that the source, asked again, has not refuted. */
export type Dangling = Exclude<LinkVerdict["type"], "write" | "hold-back">;

/**
 * Tells of a link that dangles in the source as well, and so is mirrored as it is.
 *
 * | the link                                                       | is           |
 * | -------------------------------------------------------------- | ------------ |
 * | a tag's, whose manifest or its revision is gone                | damage       |
 * | a revision's, or a signature's, whose blob is gone             | damage       |
 * | an entry of a tag's history, whose revision is there           | told by that |
 * | an entry of a tag's history, whose revision is gone            | left behind  |
 * | a layer's, that a manifest of its repository mentions          | damage       |
 * | a layer's, and not all manifests of its repository can be read | damage       |
 * | a layer's, that no manifest of its repository mentions         | left behind  |
 *
 * Garbage collection of Distribution 2.8 and of GitLab takes the blobs of images that are gone, and leaves their layer
 * links. Such a link is to a registry as none: 404, and the layer is pushed again. [run: 2.8.2, 3.1.2]
 */
export async function tellDangling(
	context: PassContext,
	{ key, content = "" }: Pick<PendingObject, "key" | "content">,
	type: Dangling,
): Promise<void> {
	if (type === "repeated") return;
	if (type === "leftover" || !(await isMissed(context, key, content))) {
		context.counts.leftovers++;
		return;
	}
	const found =
		type === "outdated"
			? `its repository has no manifest ${content}`
			: `the source has no blob ${content}`;
	tellDamage(context, { kind: "dangling", key, found });
}

/** Tells of damage, and counts it. */
export function tellDamage(
	{ counts, observe }: Pick<PassContext, "counts" | "observe">,
	damage: Damage,
): void {
	counts.damage[damage.kind]++;
	observe({ type: "broken", damage });
}

/** Whether anybody misses what a link names that dangles. A link by another algorithm than its blob's is pulled by both. */
async function isMissed(
	context: PassContext,
	key: string,
	content: string,
): Promise<boolean> {
	const parsed = parseKey(key);
	if (parsed?.kind !== "layer") return true;
	const digests = [content, formatDigest(parsed.digest)];
	return await context.neededLayers.isNeeded(
		context,
		parsed.repository,
		digests,
	);
}
