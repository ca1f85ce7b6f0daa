/** Why something could not be done to a registry as a service. */
export type RegistryErrorCode =
	/** A host or a registry does not answer. */
	| "unreachable"
	/** A program or a file is not there. */
	| "not-found"
	/** A file may not be read or written, or the registry refuses who we are. */
	| "permission-denied"
	/** What was to be changed is not as it was when it was read, or somebody else is at it. */
	| "changed"
	/** A guard: it would do harm, or cannot be proven. Nothing was changed. */
	| "refused"
	/** A command failed, or did not do what it said. */
	| "failed"
	/** It took too long. */
	| "timed-out"
	/** What is found is not what was asked for: a node still writable, a URL that answers for another registry. */
	| "unproven";

/**
 * Something that could not be done to a registry as a service. The message says what could not be done, to what, and in
 * which state the registry is; it shows no secret (I7).
 */
export class RegistryError extends Error {
	override readonly name = "RegistryError";
	readonly code: RegistryErrorCode;
	/** What there is to do about it: sentences. */
	readonly suggestions: readonly string[];

	constructor(
		code: RegistryErrorCode,
		message: string,
		{
			suggestions = [],
			cause,
		}: {
			readonly suggestions?: readonly string[] | undefined;
			readonly cause?: unknown;
		} = {},
	) {
		super(message, { cause });
		this.code = code;
		this.suggestions = suggestions;
	}
}
