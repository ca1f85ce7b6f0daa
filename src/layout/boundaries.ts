import { BLOBS_PREFIX } from "./paths.ts";

/** The algorithm by which registries name nearly everything. */
const ALGORITHM = "sha256/";

const HEX = "0123456789abcdef";

/**
 * Keys that divide what lies below a prefix: a directory of digests by the first two digits, which are as even as the
 * digests are. None for any other prefix.
 */
export function digestBoundaries(prefix: string): readonly string[] {
	if (!prefix.endsWith(`/${ALGORITHM}`)) return [];
	const pairs = [...HEX].flatMap((high) => [...HEX].map((low) => high + low));
	return pairs.map((pair) => prefix + pair);
}

/** Keys that divide the blobs, in ascending order. */
export const BLOB_BOUNDARIES: readonly string[] = digestBoundaries(
	BLOBS_PREFIX + ALGORITHM,
);

/**
 * The places of blobs that have keys after one key, up to another (inclusive): directories of blobs with the same first
 * two digits, or all where others may lie between the two as well.
 */
export function blobPlaces(
	after: string | undefined,
	upTo: string | undefined,
): readonly string[] {
	const first = BLOB_BOUNDARIES.findLastIndex(
		(key) => after !== undefined && key <= after,
	);
	const end = BLOB_BOUNDARIES.findIndex(
		(key) => upTo !== undefined && key >= upTo,
	);
	return first === -1 || end === -1
		? [BLOBS_PREFIX]
		: BLOB_BOUNDARIES.slice(first, end).map((key) => `${key}/`);
}
