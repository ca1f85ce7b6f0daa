import { hash } from "node:crypto";
import type { Digest } from "../layout/digest.ts";
import { parseKey } from "../layout/paths.ts";
import type { ObjectMeta } from "../store/object-store.ts";
import { type Check, causeOf, extra } from "./check.ts";
import type { FindingCause, FindingKind } from "./finding.ts";
import { foundOf, hashObject } from "./read.ts";
import type { Verification } from "./verification.ts";

/**
 * Blobs are compared by presence and size: their names are their checksums, and their bytes are another level's work.
 * Only to find out whose fault a difference is, the source's bytes are read.
 */
export const blobCheck: Check = {
	fromListings({ key, source, target }) {
		return source.size === target.size && !isHollow(key, source)
			? "same"
			: "examine";
	},

	async isSame(_verification, { source, target }) {
		return source.size === target.size;
	},

	async examine(verification, { key, source, target }) {
		if (source === undefined) return extra(key, target);
		const kind = kindOf(key, source, target);
		if (kind === undefined) return undefined;
		const { cause, digest } = await blame(verification, key, source);
		return {
			// Wrong bytes in the source are why the target has not the same; there is no more to be said of it.
			kind: cause === "source" && kind !== "empty" ? "corrupt" : kind,
			cause,
			key,
			source: foundOf(source, digest),
			target: target && foundOf(target),
		};
	},
};

/**
 * | source       | target         | kind      |
 * | ------------ | -------------- | --------- |
 * | hollow       | anything       | empty     |
 * | has content  | absent         | missing   |
 * | has content  | hollow         | empty     |
 * | has content  | of other size  | different |
 * | has content  | of that size   | none      |
 */
function kindOf(
	key: string,
	source: ObjectMeta,
	target: ObjectMeta | undefined,
): FindingKind | undefined {
	if (isHollow(key, source)) return "empty";
	if (target === undefined) return "missing";
	if (source.size === target.size) return undefined;
	return isHollow(key, target) ? "empty" : "different";
}

/** Whether a blob has no content and should have some: its name is not the digest of nothing. */
function isHollow(key: string, { size }: ObjectMeta): boolean {
	if (size > 0) return false;
	const digest = digestOf(key);
	return (
		digest === undefined || hash(digest.algorithm, "", "hex") !== digest.hex
	);
}

/** Whose fault it is that the target has not the same; with the digest of the source's bytes where they are wrong. */
async function blame(
	verification: Verification,
	key: string,
	source: ObjectMeta,
): Promise<{
	readonly cause: FindingCause;
	readonly digest?: string | undefined;
}> {
	const cause = causeOf(verification, source);
	if (cause === "expected") return { cause };
	if (isHollow(key, source)) return { cause: "source" };
	const digest = digestOf(key);
	const { proofBytes, signal } = verification;
	if (digest === undefined || proofBytes.left <= 0) return { cause: "unknown" };
	proofBytes.left -= source.size;
	const { algorithm } = digest;
	const hex = await hashObject(verification.source, key, algorithm, signal);
	return hex === digest.hex
		? { cause }
		: { cause: "source", digest: `${algorithm}:${hex}` };
}

/** The digest that a blob's bytes must have, where it is of an algorithm that we can compute. */
export function digestOf(key: string): Digest | undefined {
	const parsed = parseKey(key);
	return parsed?.kind === "blob" && COMPUTABLE.has(parsed.digest.algorithm)
		? parsed.digest
		: undefined;
}

/** Whether a key is a blob's. */
export function isBlob(key: string): boolean {
	return parseKey(key)?.kind === "blob";
}

const COMPUTABLE: ReadonlySet<string> = new Set(["sha256", "sha384", "sha512"]);
