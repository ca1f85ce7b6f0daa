/** A command line that cannot be carried out as it is. */
export class UsageError extends Error {
	override readonly name = "UsageError";
	readonly suggestions: readonly string[];

	constructor(message: string, suggestions: readonly string[] = []) {
		super(message);
		this.suggestions = suggestions;
	}
}
