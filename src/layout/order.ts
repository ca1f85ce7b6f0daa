import type { Kind } from "./paths.ts";

/**
 * The order of writing: an object is written only when everything of a lower rank that it can name is in place, so a
 * target never holds a link to something that is still to come (I1). Deletes go the other way.
 *
 * A push writes in the same order: blob, layer link, manifest blob, revision link, index link, current link.
 * Source: registry/storage/{linkedblobstore,blobwriter,tagstore}.go of distribution/distribution.
 */
const RANKS: Readonly<Record<Kind, number>> = {
	lock: 0,
	other: 0,
	blob: 1,
	layer: 2,
	signature: 2,
	revision: 3,
	index: 4,
	current: 5,
};

/** All ranks in the order of writing. */
export const COPY_ORDER: readonly number[] = [0, 1, 2, 3, 4, 5];

/** The rank of a kind in the order of writing, from 0. */
export function copyRank(kind: Kind): number {
	return RANKS[kind];
}

/** Whether objects of this kind are links: tiny, mutable, and compared by content. */
export function isLink(kind: Kind): boolean {
	return RANKS[kind] >= RANKS.layer;
}
