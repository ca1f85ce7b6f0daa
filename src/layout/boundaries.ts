import { BLOBS_PREFIX } from "./paths.ts";

/** The algorithm by which registries name nearly everything. */
const ALGORITHM = "sha256/";

const HEX = "0123456789abcdef";

/** Keys that divide the blobs, in ascending order: by the first two digits, which are as even as digests are. */
export const BLOB_BOUNDARIES: readonly string[] = [...HEX].flatMap((high) =>
	[...HEX].map((low) => BLOBS_PREFIX + ALGORITHM + high + low),
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
