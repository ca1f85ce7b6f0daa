import { BLOBS_PREFIX } from "./paths.ts";

/** What is in a directory of digests: thousands of names, with few objects each. */
const DIGESTS = /\/sha256\/(.*)$/;

/**
 * Whether a prefix of many objects is better listed as several, of what lies directly below it; not so where that is
 * nearly as much as all of it. Blobs lie in directories of their own by their first two digits.
 */
export function isDivisible(prefix: string): boolean {
	const digits = DIGESTS.exec(prefix)?.[1];
	if (digits === undefined) return true;
	return prefix.startsWith(BLOBS_PREFIX) && digits.length < 2;
}

/**
 * The part that a prefix directly below another is listed with: itself, but blobs with the same first digit together,
 * whose directories are small. Each prefix is in one part, and a part has nothing else below the other prefix.
 */
export function partOf(divided: string, below: string): string {
	return DIGESTS.exec(divided)?.[1] === ""
		? below.slice(0, divided.length + 1)
		: below;
}
