import { isUpload } from "./exclusion.ts";
import { copyRank } from "./order.ts";
import {
	BLOBS_PREFIX,
	LOCKS_PREFIX,
	REGISTRY_PREFIX,
	REPOSITORIES_PREFIX,
	VERSION_PREFIX,
} from "./paths.ts";
import { namesBelow } from "./places.ts";

/**
 * The parts of a repository in the order in which they must be read while the registry is live. A push writes them
 * the other way round, so whatever a link that was read names was in place before it, and is found by a later read.
 * Name order would read `_layers` before `_manifests`, and miss the layer links of a push that ends in between.
 */
export const READ_ORDER = ["current", "index", "revisions", "layers"] as const;

export type Section = (typeof READ_ORDER)[number];

/** Where a section's objects are: all below `prefix`, except what `prune` cuts off. */
export interface SectionListing {
	readonly prefix: string;
	readonly prune: (prefix: string) => boolean;
	/** The only names below a prefix that matter, where the layout says so; as `ListOptions.only` takes it. */
	readonly only: (prefix: string) => readonly string[] | undefined;
	/** The ranks of the objects that the section is about; others that it lists are another's. */
	readonly ranks: readonly [lowest: number, highest: number];
	/** Whether all that lies in a prefix directly below is cut off; as `ListOptions.isShallow`. */
	readonly isShallow?: true | undefined;
	/** Whether what is cut off has ranks among these: other sections tell of it. */
	readonly hasOthersInside: boolean;
}

const ALL_RANKS = [0, copyRank("current")] as const;

/**
 * How to list one section of a repository. What lies loose in `tags/`, which no registry writes, is in the listings of
 * both `current` and `index`, and the latter's to tell of.
 */
export function sectionListing(
	repository: string,
	section: Section,
): SectionListing {
	const root = `${REPOSITORIES_PREFIX}${repository}/`;
	const tags = `${root}_manifests/tags/`;
	switch (section) {
		case "current":
			return {
				prefix: tags,
				prune: (prefix) => NOT_CURRENT.test(prefix.slice(tags.length)),
				only: (prefix) =>
					TAG.test(prefix.slice(tags.length)) ? CURRENT_LINK : undefined,
				ranks: [copyRank("current"), copyRank("current")],
				hasOthersInside: false,
			};
		case "index":
			return {
				prefix: tags,
				prune: (prefix) => CURRENT.test(prefix.slice(tags.length)),
				only: (prefix) =>
					TAG.test(prefix.slice(tags.length)) ? INDEX : namesBelow(prefix),
				ranks: [0, copyRank("index")],
				hasOthersInside: false,
			};
		case "revisions":
			return {
				prefix: `${root}_manifests/`,
				prune: (prefix) => prefix === tags,
				only: namesBelow,
				ranks: ALL_RANKS,
				hasOthersInside: true,
			};
		case "layers":
			return {
				prefix: `${root}_layers/`,
				prune: never,
				only: namesBelow,
				ranks: ALL_RANKS,
				hasOthersInside: false,
			};
		default:
			return section satisfies never;
	}
}

const CURRENT_LINK: readonly string[] = ["current/link"];
const INDEX: readonly string[] = ["index/"];
const TAG = /^[^/]+\/$/;
const NOT_CURRENT = /^[^/]+\/(?!current\/)[^/]+\/$/;
const CURRENT = /^[^/]+\/current\/$/;

function never(): boolean {
	return false;
}

/**
 * How to find the repositories: a listing of everything below `repositories/` in which each repository's `_manifests/`,
 * `_layers/` and `_uploads/` are cut off, and so named. What is not cut off belongs to no section.
 */
export const REPOSITORY_LISTING: SectionListing = {
	prefix: REPOSITORIES_PREFIX,
	prune: isSection,
	only: namesBelow,
	ranks: ALL_RANKS,
	hasOthersInside: true,
};

/**
 * How to look into one directory below `repositories/`, or that itself, to find repositories in it: all listings of this
 * kind together tell what `REPOSITORY_LISTING` does.
 */
export function directoryListing(prefix: string): SectionListing {
	const kind = { prefix, only: namesBelow, ranks: ALL_RANKS };
	// No repository lies in a directory whose name begins with "_".
	return /\/_[^/]*\/$/.test(prefix)
		? { ...kind, prune: never, hasOthersInside: false }
		: { ...kind, prune: never, isShallow: true, hasOthersInside: true };
}

/** Whether a prefix is a repository's `_manifests/`, `_layers/` or `_uploads/`. */
export function isSection(prefix: string): boolean {
	return SECTION.test(prefix.slice(REPOSITORIES_PREFIX.length));
}

/** The repository whose section a prefix is. */
export function repositoryOfSection(prefix: string): string {
	return prefix.slice(REPOSITORIES_PREFIX.length, prefix.lastIndexOf("/_"));
}

const SECTION = /^(?:[^_/][^/]*\/)+_(?:manifests|layers|uploads)\/$/;

/** The blobs, and whatever else lies inside the registry but outside repositories, blobs and lock files. */
export const BLOB_LISTING: SectionListing = {
	prefix: BLOBS_PREFIX,
	prune: never,
	only: namesBelow,
	ranks: ALL_RANKS,
	hasOthersInside: false,
};
export const REST_LISTING: SectionListing = {
	prefix: REGISTRY_PREFIX,
	prune: isOthers,
	only: namesBelow,
	ranks: ALL_RANKS,
	hasOthersInside: true,
};

/** Whether a prefix holds the repositories, the blobs or the lock files, of which `REST_LISTING` tells nothing. */
export function isOthers(prefix: string): boolean {
	return (
		prefix === BLOBS_PREFIX ||
		prefix === REPOSITORIES_PREFIX ||
		prefix === LOCKS_PREFIX
	);
}

/**
 * How to list one directory of the registry's, from its outermost on: all listings of this kind, those of prefixes of
 * which `isOthers` left out, together tell what `REST_LISTING` does.
 */
export function restListing(prefix: string): SectionListing {
	const kind = { prefix, prune: never, only: namesBelow, ranks: ALL_RANKS };
	return prefix === REGISTRY_PREFIX || prefix === VERSION_PREFIX
		? { ...kind, isShallow: true, hasOthersInside: true }
		: { ...kind, hasOthersInside: false };
}

/**
 * The lowest rank that an object of the drawing can have below this prefix (or with this key): while a range is
 * unknown, what ranks higher in the same repository may need something that is in it.
 */
export function lowestRankBelow(prefix: string): number {
	if (isUpload(prefix)) return copyRank("current");
	const section = /\/_(?:layers|manifests)\/.*$/.exec(prefix)?.[0];
	if (section === undefined) return copyRank("other");
	if (section.startsWith("/_layers/")) return copyRank("layer");
	// Below a revision there may be its signatures, which rank lower than it.
	if (!section.startsWith("/_manifests/tags/")) return copyRank("signature");
	return /^\/_manifests\/tags\/[^/]+\/current\//.test(section)
		? copyRank("current")
		: copyRank("index");
}
