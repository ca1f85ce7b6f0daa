import type { ObjectMeta } from "../store/object-store.ts";
import type { Finding, FindingCause } from "./finding.ts";
import { foundOf } from "./read.ts";
import type { Verification } from "./verification.ts";

/** What there is under one key; at least one side has it. */
export interface Sighting {
	readonly key: string;
	readonly source: ObjectMeta | undefined;
	readonly target: ObjectMeta | undefined;
}

/** What there is under a key that both sides have. */
export interface FullSighting extends Sighting {
	readonly source: ObjectMeta;
	readonly target: ObjectMeta;
}

/** How objects of some kind are compared. */
export interface Check {
	/**
	 * What two listings tell: `same` is certain, `read` means that only the contents can tell, `examine` that the two
	 * differ or are not sound, as far as listings of different moments can say.
	 */
	fromListings(sighting: FullSighting): "same" | "read" | "examine";
	/** Reads as little as tells whether the contents are the same, and sound. Rejects with a `LookError`. */
	isSame(verification: Verification, sighting: FullSighting): Promise<boolean>;
	/** What is to be said of a key, of which the sighting is fresh; nothing when all is well. Rejects with a `LookError`. */
	examine(
		verification: Verification,
		sighting: Sighting,
	): Promise<Finding | undefined>;
}

/**
 * Whose fault it is that the target is not like a sound object of the source: nobody's when the source's was written
 * since the verification began. A clock that is ahead makes this too kind, so it never changes whether the sides are
 * equal. A blob that was pushed meanwhile can be blamed on the migration: its time is that of the last byte uploaded,
 * which may be hours before it got its name.
 */
export function causeOf(
	{ startedAt }: Verification,
	source: ObjectMeta,
): FindingCause {
	return source.lastModified > startedAt ? "expected" : "migration";
}

/** What is to be said of a key that only the target has; nothing when that has not got it either. */
export function extra(
	key: string,
	target: ObjectMeta | undefined,
): Finding | undefined {
	return (
		target && {
			kind: "extra",
			cause: "migration",
			key,
			target: foundOf(target),
		}
	);
}
