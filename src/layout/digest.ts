/** A content address: the algorithm and its value in lower-case hex. */
export interface Digest {
	readonly algorithm: string;
	readonly hex: string;
}

/** Hex digits by algorithm. Source: OCI image specification, "Registered Algorithms". */
const HEX_LENGTHS: ReadonlyMap<string, number> = new Map([
	["sha256", 64],
	["sha384", 96],
	["sha512", 128],
]);

const DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-f]{32,}$/;

/**
 * Reads `algorithm:hex`, which is also exactly what a link holds: no newline, nothing else. `undefined` when it is
 * anything else, or has the wrong number of digits for an algorithm that we know.
 */
export function parseDigest(text: string): Digest | undefined {
	if (!DIGEST.test(text)) return undefined;
	const colon = text.indexOf(":");
	const digest = {
		algorithm: text.slice(0, colon),
		hex: text.slice(colon + 1),
	};
	return isWellFormed(digest) ? digest : undefined;
}

/** `algorithm:hex`. */
export function formatDigest(digest: Digest): string {
	return `${digest.algorithm}:${digest.hex}`;
}

/** Whether the hex value is lower case and as long as its algorithm's values are. */
export function isWellFormed({ algorithm, hex }: Digest): boolean {
	const length = HEX_LENGTHS.get(algorithm);
	return (
		(length === undefined ? hex.length >= 32 : hex.length === length) &&
		HEX.test(hex)
	);
}

const HEX = /^[0-9a-f]+$/;

/** Longest content of a link (bytes): a sha512 digest. Source: registry/storage/paths.go and digest algorithms. */
export const MAX_LINK_BYTES = 135;
