import { StoreError } from "./errors.ts";

/** Makes the error for a URL that cannot be honoured. The suggestion is a sentence. */
export type Refuse = (reason: string, suggestion?: string) => StoreError;

/** Refuses the URL of a store, which is given as it may be shown: without secrets (I7). */
export function refusing(store: string): Refuse {
	return (reason, suggestion) =>
		new StoreError("unsupported", reason, {
			store,
			operation: "open",
			suggestions: suggestion === undefined ? [] : [suggestion],
		});
}

/** Finds an option's value. Refuses unknown ones, and those that are empty or given twice. */
export function optionsOf(
	{ searchParams }: URL,
	known: readonly string[],
	refuse: Refuse,
): (name: string) => string | undefined {
	for (const [name, value] of searchParams) {
		if (!known.includes(name))
			throw refuse(
				`the option "${name}" is not known`,
				`Known options: ${known.join(", ")}.`,
			);
		if (value === "") throw refuse(`the option "${name}" is empty`);
		if (searchParams.getAll(name).length > 1)
			throw refuse(`the option "${name}" is given more than once`);
	}
	return (name) => searchParams.get(name) ?? undefined;
}

/** A path without its percent-encoding; `undefined` when its percent signs are no encoding. */
export function decodedPath(path: string): string | undefined {
	try {
		return decodeURIComponent(path);
	} catch {
		// The caller says so.
		return undefined;
	}
}

/**
 * The text of a URL for a message: whoever writes credentials into it should not meet them in a log (I7). Secret keys
 * may hold "/" and "@", so all up to the last "@" goes, and so do options, which on other stores can be tokens.
 */
export function withoutSecrets(text: string): string {
	return text.replace(/\/\/.*@/s, "//***@").replace(/[?#].*$/s, "");
}
