/** How a cutover ended that could not be done, after something had been changed; or why it cannot be begun or gone on with. */
export type CutoverErrorCode =
	/** All is as it was: on the source, taking writes. */
	| "rolled-back"
	/** It is neither back nor done: somebody has to look. Run again, it goes on. */
	| "needs-operator"
	/** A guard; nothing was changed by this run. */
	| "refused"
	/** A proof failed, or the time was over. */
	| "unproven"
	/** A node took writes in the middle of it: what was proven of the source since may not be so any more. */
	| "writable";

/** A cutover that could not be done. The message says why and in which state the registry is; it shows no secret (I7). */
export class CutoverError extends Error {
	override readonly name = "CutoverError";
	readonly code: CutoverErrorCode;
	/** What there is to do about it: sentences. */
	readonly suggestions: readonly string[];

	constructor(
		code: CutoverErrorCode,
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
