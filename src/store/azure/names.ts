import { keyProblem } from "../key.ts";

/** Where append blobs are made before they are copied to where they belong; such names are not listed. */
export const STAGING = ".regmigrate-staging/";

/** Which names a server holds as they are. */
export interface NameRules {
	/**
	 * Azure's own service drops dots at the end of a component; Azurite does not. Source: Azure Storage REST API
	 * reference, "Naming and referencing containers, blobs, and metadata", which says to avoid them.
	 */
	readonly dropsDots: boolean;
}

/** The rules of a server that calls itself so; what is not known to hold all names is taken for Azure. */
export function nameRulesOf(server: unknown): NameRules {
	return {
		dropsDots: typeof server !== "string" || !server.startsWith("Azurite"),
	};
}

/**
 * Why a key cannot be looked for; `undefined` when it can. The server would take another key for some: to look at it
 * would be a mistake, and to delete it a worse one.
 */
export function nameProblem(
	key: string,
	{ dropsDots }: NameRules,
): string | undefined {
	if (!key.isWellFormed())
		return "the key holds half a character (a lone surrogate)";
	// Most keys have no such component, and few have a dot at all.
	if (key.includes(".") && /(^|\/)\.{1,2}(\/|$)/.test(key))
		return 'the key has a component "." or ".."';
	if (key.startsWith(STAGING))
		return `keys that begin with "${STAGING}" are kept for unfinished writes`;
	if (key.includes("\\")) return 'Azure would take "\\" in the key for "/"';
	if (dropsDots && key.includes(".") && /\.(\/|$)/.test(key))
		return "Azure would drop the dot at the end of a component of the key";
	return undefined;
}

/** Why a key cannot be written; `undefined` when it can. */
export function newNameProblem(
	key: string,
	rules: NameRules,
): string | undefined {
	return keyProblem(key) ?? nameProblem(key, rules);
}
