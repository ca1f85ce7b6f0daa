import type { StoreErrorCode } from "../store/errors.ts";

/** One of the two stores that are compared. */
export type Side = "source" | "target";

/** Every kind of finding, in the order in which a report should name them. */
export const FINDING_KINDS = [
	/** In the source and not at the target. */
	"missing",
	/** At the target and not in the source. */
	"extra",
	/** On both sides with another size or content. */
	"different",
	/** A blob whose bytes do not hash to its name, or a link that holds no digest. */
	"corrupt",
	/** A link without content, or a blob without content whose name is not the digest of nothing. */
	"empty",
	/** A directory marker at the target; a registry can take it for a tag without a name. */
	"marker",
	/** A key or a range of keys that could not be looked at: neither equal nor different (I2). */
	"unknown",
] as const;

export type FindingKind = (typeof FINDING_KINDS)[number];

/** Every cause of a finding, in the order in which a report should name them. */
export const FINDING_CAUSES = [
	/** Broken by the migration: the source is sound and the target is not like it. */
	"migration",
	/** Broken in the source already, so that no migration could have copied it. */
	"source",
	/** Written to the source since the verification began: a registry is at work, and another pass will copy it. */
	"expected",
	/** What would tell could not be read, or was too much to read. */
	"unknown",
] as const;

export type FindingCause = (typeof FINDING_CAUSES)[number];

/** What there is under a key on one side. */
export interface Found {
	/** Bytes. */
	readonly size: number;
	/** Milliseconds since 1970. */
	readonly lastModified: number;
	/** What a link holds, where it was read and is no longer than links are. Anyone may have written it: escape it. */
	readonly content?: string | undefined;
	/** The digest of the content, where it was read (`sha256:…`). */
	readonly digest?: string | undefined;
}

/** Why something could not be looked at. */
export interface FindingError {
	readonly side: Side;
	readonly code: StoreErrorCode;
	/** What could not be done, to what, and why. */
	readonly message: string;
}

/** One thing that keeps the target from being like the source, or from being known to be. */
export interface Finding {
	readonly kind: FindingKind;
	readonly cause: FindingCause;
	/** The key; for a range of the kind `unknown` its prefix, which ends in "/". */
	readonly key: string;
	/** Absent where there is nothing, and where it could not be looked at (then there is an `error`). */
	readonly source?: Found | undefined;
	readonly target?: Found | undefined;
	readonly error?: FindingError | undefined;
}

/** All findings of one kind. */
export interface FindingSummary {
	/** Exact, however many there are. */
	readonly count: number;
	/** The same number, by cause. */
	readonly causes: Readonly<Record<FindingCause, number>>;
	/** The first ones, at most `maxExamples`. */
	readonly examples: readonly Finding[];
}

export type FindingSummaries = Readonly<Record<FindingKind, FindingSummary>>;
