/** Why a pass was refused before it changed anything. */
export type RefusalCode =
	| "no-registry"
	| "no-blobs"
	| "same-place"
	| "foreign-target"
	| "unmarked-registry"
	| "another-registry"
	| "index-in-use"
	| "target-in-use"
	| "unusable-state"
	| "too-many-deletes"
	| "lost-blobs"
	| "deletes-not-approved"
	| "snapshot-outdated"
	| "unusable-plan"
	| "another-delete-plan"
	| "beyond-delete-plan"
	| "no-such-repository"
	| "no-links"
	| "metadata-database"
	| "metadata-unclear";

/** A guard's refusal: nothing was changed. */
export class SyncRefusal extends Error {
	override readonly name = "SyncRefusal";
	readonly code: RefusalCode;
	readonly suggestions: readonly string[];

	constructor(
		code: RefusalCode,
		message: string,
		suggestions: readonly string[] = [],
	) {
		super(message);
		this.code = code;
		this.suggestions = suggestions;
	}
}
