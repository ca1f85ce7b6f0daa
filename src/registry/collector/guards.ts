import type { MetadataMode } from "../metadata-mode.ts";
import type { ChildrenVerdict, CollectorVersion } from "./collector-version.ts";
import { isKnownWhole, type NotedComparison } from "./noted-comparison.ts";
import type { StorageLook } from "./storage-look.ts";

/** What is known before a collection. */
export interface CollectionFacts {
	readonly metadata: MetadataMode;
	/** `undefined`: it is not known where the objects are. */
	readonly storage: StorageLook | undefined;
	/** Whether the operator says that nothing of the migration is missing. */
	readonly isVerified: boolean;
	/** What is noted of comparisons of the storage. */
	readonly comparisons: readonly NotedComparison[];
	/** Milliseconds since 1970. */
	readonly now: number;
	readonly deletesUntagged: boolean;
	readonly children: ChildrenVerdict;
	readonly product: CollectorVersion["product"] | undefined;
	/** Who makes a pass on this machine; `undefined`: nobody. */
	readonly pass: string | undefined;
}

/** Why garbage may not be collected. */
export interface CollectionRefusal {
	/** A clause. */
	readonly reason: string;
	/** Sentences. */
	readonly suggestions: readonly string[];
}

/**
 * What speaks against a collection; nothing: it may be made. A collector deletes what no link that it can read leads to, so
 * all links have to be there, and be readable, and be what the registry goes by.
 *
 * | what is found                                                   | verdict                             |
 * | --------------------------------------------------------------- | ----------------------------------- |
 * | metadata in a database, or unclear                              | refused                             |
 * | marker says that something is left out, unproven, being written | refused                             |
 * | marker of a whole target                                        | refused unless that is noted (`noted-comparison.ts`), or the operator vouches |
 * | storage not known                                               | refused unless the operator vouches |
 * | links that are none                                             | refused                             |
 * | untagged too, and children of indexes would go, or unknown      | refused                             |
 * | a pass is under way on this machine                             | refused                             |
 *
 * Every row that fits is told.
 */
export function collectionRefusals(
	facts: CollectionFacts,
): readonly CollectionRefusal[] {
	return [
		...metadataRefusal(facts.metadata),
		...(facts.storage === undefined
			? unknownStorage(facts.isVerified)
			: [
					...markerRefusal(facts, facts.storage),
					...linkRefusal(facts.storage.brokenLinks, facts.product),
				]),
		...untaggedRefusal(facts),
		...(facts.pass === undefined
			? []
			: [
					{
						reason: `a pass of regmigrate is under way on this machine, and may read what would be deleted (${facts.pass})`,
						suggestions: ["Wait until it has ended."],
					},
				]),
	];
}

function metadataRefusal(metadata: MetadataMode): readonly CollectionRefusal[] {
	const suggestions = [
		"With a metadata database the registry collects garbage by itself; its offline collector would delete what is needed.",
	];
	switch (metadata.mode) {
		case "links":
			return [];
		case "database":
			return [
				{
					reason: `its metadata are in a database, for ${metadata.because}`,
					suggestions,
				},
			];
		case "unclear":
			return [
				{
					reason: `it is unclear whether its metadata are in a database: ${metadata.forDatabase}, but ${metadata.forLinks}`,
					suggestions,
				},
			];
		default:
			return metadata satisfies never;
	}
}

function markerRefusal(
	{ isVerified, comparisons, now }: CollectionFacts,
	{ marker, identity }: StorageLook,
): readonly CollectionRefusal[] {
	if (marker === "none") return [];
	const lost = "Blobs whose links are not there yet would be deleted for good.";
	if ("incomplete" in marker)
		return [
			{
				reason: `its storage is an incomplete target of a migration: ${marker.incomplete}`,
				suggestions: [lost, "End the migration first, and verify it."],
			},
		];
	if (isVerified || isKnownWhole(comparisons, { identity, ...marker }, now))
		return [];
	return [
		{
			reason:
				"its storage is the target of a migration, and it is not known that nothing is missing there",
			suggestions: [
				lost,
				"Run regmigrate verify SOURCE TARGET, with the same --state-directory; what it finds is noted there. Where it was run elsewhere, and nothing is missing, say so with --verified.",
			],
		},
	];
}

function unknownStorage(isVerified: boolean): readonly CollectionRefusal[] {
	if (isVerified) return [];
	return [
		{
			reason:
				"it is not known where its objects are, so neither whether that is the target of a migration",
			suggestions: [
				"If it is none, or verify found nothing missing, say so with --verified.",
			],
		},
	];
}

function linkRefusal(
	links: readonly string[],
	product: CollectionFacts["product"],
): readonly CollectionRefusal[] {
	const [first, ...others] = links;
	if (first === undefined) return [];
	const named = `${first}${others.length === 0 ? "" : `, and ${others.length}${links.length < 10 ? "" : " or more"} others`}`;
	const what =
		product === "gitlab"
			? "passes over, and then deletes the blobs that only they name"
			: "stops at";
	return [
		{
			reason: `it has links that hold no digest, which the registry's collector ${what}: ${named}`,
			suggestions: [
				"Push these images again, or delete these links, if nobody needs what they named.",
			],
		},
	];
}

function untaggedRefusal({
	deletesUntagged,
	children,
}: CollectionFacts): readonly CollectionRefusal[] {
	if (!deletesUntagged || children === "kept") return [];
	return [
		{
			reason:
				children === "removed"
					? "its version's collector, told to delete untagged manifests, also deletes those that a tagged index names: its images for each platform"
					: "its version is not known, and collectors exist that, told to delete untagged manifests, also delete those that a tagged index names",
			suggestions: [
				"Collect without --delete-untagged; or update the registry to Distribution 3.0 or GitLab's 3.5.1, or later.",
			],
		},
	];
}
