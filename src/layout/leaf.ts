import { BLOBS_PREFIX, REPOSITORIES_PREFIX } from "./paths.ts";

/** The names of the objects that end a path of the drawing. */
export const LEAF_SUFFIXES: readonly string[] = ["/data", "/link"];

const BLOB = /^[^/]+\/[^/]{2}\/[0-9a-f]{32,}\/$/;
const LINK =
	/\/_(?:layers\/[^/]+\/[0-9a-f]{32,}|manifests\/tags\/[^/]+\/(?:current|index\/[^/]+\/[0-9a-f]{32,}))\/$/;

/**
 * The name of the only object that this prefix (it ends in "/") can hold: `data` for a blob's, `link` for a layer's
 * and a tag's; `undefined` for every other prefix. A revision's is none: old manifests keep `signatures/` below it.
 */
export function leafName(prefix: string): "data" | "link" | undefined {
	// Cheap refusals first: a scan asks this of every directory.
	const last = prefix.length - 1;
	if (prefix.startsWith(BLOBS_PREFIX)) {
		return last - BLOBS_PREFIX.length > 32 &&
			BLOB.test(prefix.slice(BLOBS_PREFIX.length))
			? "data"
			: undefined;
	}
	return prefix.startsWith(REPOSITORIES_PREFIX) && LINK.test(prefix)
		? "link"
		: undefined;
}
