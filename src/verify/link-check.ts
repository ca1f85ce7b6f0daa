import { MAX_LINK_BYTES } from "../layout/digest.ts";
import { type Check, causeOf, extra } from "./check.ts";
import type { FindingKind } from "./finding.ts";
import { foundLink, hasMd5, type LinkContent, readLink } from "./read.ts";

/**
 * Links are compared by content, and must hold a digest. Equal checksums in both listings are proof enough; with one
 * checksum one side is read, and both only where that does not settle it (I9).
 *
 * A link that is malformed in the same way on both sides, yet as long as links are, shows only where it is read: not
 * between two object stores whose checksums agree.
 */
export const linkCheck: Check = {
	fromListings({ source, target }) {
		if (
			source.size !== target.size ||
			source.size === 0 ||
			source.size > MAX_LINK_BYTES
		)
			return "examine";
		return source.md5 !== undefined && source.md5 === target.md5
			? "same"
			: "read";
	},

	async isSame({ source, target, signal }, sighting) {
		const { key } = sighting;
		// Read first the side that has no checksum: the other one's may then do instead of its content.
		const [first, second, listed] =
			sighting.source.md5 === undefined
				? ([source, target, sighting.target] as const)
				: ([target, source, sighting.source] as const);
		const content = await readLink(first, key, signal);
		if (content.state !== "sound") return false;
		if (hasMd5(content, listed.md5)) return true;
		return isEqual(content, await readLink(second, key, signal));
	},

	async examine(verification, { key, source, target }) {
		const { signal } = verification;
		if (source === undefined) return extra(key, target);
		const theirs = await readLink(verification.source, key, signal);
		const ours = target && (await readLink(verification.target, key, signal));
		const kind = kindOf(theirs, ours);
		if (kind === undefined) return undefined;
		const cause = causeOf(verification, theirs.meta);
		return {
			kind,
			cause:
				theirs.state === "sound" || cause === "expected" ? cause : "source",
			key,
			source: foundLink(theirs),
			target: ours && foundLink(ours),
		};
	},
};

/**
 * | source    | target            | kind      |
 * | --------- | ----------------- | --------- |
 * | empty     | anything          | empty     |
 * | malformed | anything          | corrupt   |
 * | sound     | absent            | missing   |
 * | sound     | empty             | empty     |
 * | sound     | malformed         | corrupt   |
 * | sound     | another digest    | different |
 * | sound     | the same digest   | none      |
 *
 * What is damaged in the source comes first: it is never copied, so what the target has then says nothing.
 */
function kindOf(
	source: LinkContent,
	target: LinkContent | undefined,
): FindingKind | undefined {
	if (source.state !== "sound") return DAMAGE[source.state];
	if (target === undefined) return "missing";
	if (target.state !== "sound") return DAMAGE[target.state];
	return isEqual(source, target) ? undefined : "different";
}

const DAMAGE = { empty: "empty", malformed: "corrupt" } as const;

function isEqual(left: LinkContent, right: LinkContent): boolean {
	return (
		left.bytes !== undefined &&
		right.bytes !== undefined &&
		Buffer.compare(left.bytes, right.bytes) === 0
	);
}
