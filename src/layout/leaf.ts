import { BLOBS_PREFIX, REPOSITORIES_PREFIX } from "./paths.ts";

const BLOB = /^[^/]+\/[^/]{2}\/[0-9a-f]{32,}\//;
const LINK =
	/^(?:[^_/][^/]*\/)+_(?:layers\/[^/]+\/[0-9a-f]{32,}|manifests\/tags\/[^/]+\/(?:current|index\/[^/]+\/[0-9a-f]{32,}))\//;

/**
 * The name of the only object that this prefix (it ends in "/") can hold: `data` for a blob's, `link` for a layer's
 * and a tag's; `undefined` for every other prefix. A revision's is none: old manifests keep `signatures/` below it.
 */
export function leafName(prefix: string): "data" | "link" | undefined {
	const leaf = leafOf(prefix);
	return leaf?.prefix === prefix ? leaf.name : undefined;
}

/** A prefix that can hold one object only, and that object's name. */
interface Leaf {
	readonly prefix: string;
	readonly name: "data" | "link";
}

/** The leaf that a key or prefix lies in, or is. */
export function leafOf(keyOrPrefix: string): Leaf | undefined {
	if (keyOrPrefix.startsWith(BLOBS_PREFIX)) {
		const path = BLOB.exec(keyOrPrefix.slice(BLOBS_PREFIX.length))?.[0];
		return path === undefined
			? undefined
			: { prefix: BLOBS_PREFIX + path, name: "data" };
	}
	if (!keyOrPrefix.startsWith(REPOSITORIES_PREFIX)) return undefined;
	const path = LINK.exec(keyOrPrefix.slice(REPOSITORIES_PREFIX.length))?.[0];
	return path === undefined
		? undefined
		: { prefix: REPOSITORIES_PREFIX + path, name: "link" };
}
