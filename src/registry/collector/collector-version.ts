import { isOlder } from "../version.ts";

/** Whether a registry's collector, told to delete untagged manifests, keeps those that a tagged index names. */
export type ChildrenVerdict = "kept" | "removed" | "unknown";

/** A registry's program. */
export interface CollectorVersion {
	/** `distribution`: of the CNCF, and Docker's before it. */
	readonly product: "distribution" | "gitlab";
	/** As it says: `2.8.2+ds1`, `3.1.2`, `4.15.2-gitlab`. */
	readonly version: string;
}

/** What a registry's program prints when it is asked for its version; `undefined`: nothing that is known. */
export function parseVersion(said: string): CollectorVersion | undefined {
	const version = /\bv?(\d+\.\d+\.\d+[^\s,]*)/.exec(said)?.[1];
	if (version === undefined || !said.includes("distribution")) return undefined;
	return {
		product: version.includes("-gitlab") ? "gitlab" : "distribution",
		version,
	};
}

/**
 * Decides whether a collector may be told to delete untagged manifests.
 *
 * | product      | version                      | manifests of tagged indexes |
 * | ------------ | ---------------------------- | --------------------------- |
 * | distribution | before 3.0.0, and its alphas | removed                     |
 * | distribution | from 3.0.0-beta.1            | kept                        |
 * | gitlab       | before 3.5.1                 | removed, or their layers    |
 * | gitlab       | from 3.5.1                   | kept                        |
 * | not known    | -                            | unknown                     |
 *
 * Source: registry/storage/garbagecollect.go at the tags of Distribution (distribution#3178, #3004), and the CHANGELOG of
 * GitLab's registry.
 */
export function childrenVerdict(
	collector: CollectorVersion | undefined,
): ChildrenVerdict {
	if (collector === undefined) return "unknown";
	const { product, version } = collector;
	const [major = 0, minor = 0, patch = 0] = version
		.split(/[.+-]/)
		.slice(0, 3)
		.map(Number);
	const isKept =
		product === "gitlab"
			? !isOlder([major, minor, patch], [3, 5, 1])
			: major >= 3 && !version.includes("-alpha");
	return isKept ? "kept" : "removed";
}

/** Which links a collector reads, and stops at when one is none. Source: linkedblobstore.go, Enumerate. */
export function linksRead(
	collector: CollectorVersion | undefined,
): readonly ("revisions" | "layers")[] {
	const isThird =
		collector?.product === "distribution" && !collector.version.startsWith("2");
	return isThird ? ["revisions", "layers"] : ["revisions"];
}
