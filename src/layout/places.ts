import { BLOBS_PREFIX, REPOSITORIES_PREFIX } from "./paths.ts";

/** A prefix below which only some names have a meaning. */
interface Place {
	/** Ends in "/". */
	readonly prefix: string;
	/** Ascending; those that end in "/" are prefixes themselves. */
	readonly names: readonly string[];
}

const DATA: readonly string[] = ["data"];
const LINK: readonly string[] = ["link"];
/** Of old manifests, beside the link. */
const REVISION: readonly string[] = ["link", "signatures/"];
const TAG: readonly string[] = ["current/", "index/"];

const BLOB = /^[^/]+\/[^/]{2}\/[0-9a-f]{32,}\//;
const SECTION = /^(?:[^_/][^/]*\/)+_(?:layers|manifests)\//;
const IN_LAYERS = /^[^/]+\/[0-9a-f]{32,}\//;
const IN_REVISIONS = /^revisions\/[^/]+\/[0-9a-f]{32,}\//;
const IN_TAGS = /^tags\/[^/]+\//;
const BELOW_TAG = /^(?:current|index\/[^/]+\/[0-9a-f]{32,})\//;

/**
 * The only names that matter below this prefix (it ends in "/"): `data` below a blob's digest, `link` below a layer's,
 * and so on; `undefined` for a prefix that may hold anything. Nothing else there is read by any registry.
 */
export function namesBelow(prefix: string): readonly string[] | undefined {
	return placesOf(prefix).find((place) => place.prefix === prefix)?.names;
}

/** Whether a key lies beside the names that matter where it is. */
export function isStray(key: string): boolean {
	return placesOf(key).some(({ prefix, names }) => {
		const rest = key.slice(prefix.length);
		return !names.some((name) =>
			name.endsWith("/") ? rest.startsWith(name) : rest === name,
		);
	});
}

/** The places that a key or prefix lies in, or is, from the outermost on. */
function placesOf(keyOrPrefix: string): readonly Place[] {
	if (keyOrPrefix.startsWith(BLOBS_PREFIX)) {
		const path = BLOB.exec(keyOrPrefix.slice(BLOBS_PREFIX.length))?.[0];
		return path === undefined
			? []
			: [{ prefix: BLOBS_PREFIX + path, names: DATA }];
	}
	if (!keyOrPrefix.startsWith(REPOSITORIES_PREFIX)) return [];
	const section = SECTION.exec(
		keyOrPrefix.slice(REPOSITORIES_PREFIX.length),
	)?.[0];
	if (section === undefined) return [];
	const root = REPOSITORIES_PREFIX + section;
	const rest = keyOrPrefix.slice(root.length);
	if (section.endsWith("/_layers/")) {
		const layer = IN_LAYERS.exec(rest)?.[0];
		return layer === undefined ? [] : [{ prefix: root + layer, names: LINK }];
	}
	const revision = IN_REVISIONS.exec(rest)?.[0];
	if (revision !== undefined) return ofRevision(root + revision, keyOrPrefix);
	const tag = IN_TAGS.exec(rest)?.[0];
	return tag === undefined ? [] : ofTag(root + tag, keyOrPrefix);
}

function ofRevision(prefix: string, keyOrPrefix: string): readonly Place[] {
	const signatures = `${prefix}signatures/`;
	const signature = keyOrPrefix.startsWith(signatures)
		? IN_LAYERS.exec(keyOrPrefix.slice(signatures.length))?.[0]
		: undefined;
	const revision = { prefix, names: REVISION };
	return signature === undefined
		? [revision]
		: [revision, { prefix: signatures + signature, names: LINK }];
}

function ofTag(prefix: string, keyOrPrefix: string): readonly Place[] {
	const below = BELOW_TAG.exec(keyOrPrefix.slice(prefix.length))?.[0];
	const tag = { prefix, names: TAG };
	return below === undefined
		? [tag]
		: [tag, { prefix: prefix + below, names: LINK }];
}
