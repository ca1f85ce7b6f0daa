/** What anything that was thrown says. */
export function messageOf(thrown: unknown): string {
	return thrown instanceof Error ? thrown.message : String(thrown);
}

/** What it says there is to do; errors of every part may. */
export function suggestionsOf(thrown: unknown): readonly string[] {
	return thrown instanceof Error &&
		"suggestions" in thrown &&
		Array.isArray(thrown.suggestions)
		? thrown.suggestions.map(String)
		: [];
}
