import { REGISTRY_PREFIX, REPOSITORIES_PREFIX } from "./paths.ts";
import { isStray } from "./places.ts";

/**
 * Why a key is never copied, and never missed:
 * - `outside`: not below the registry's prefix, so no registry can read it.
 * - `marker`: a directory marker (ends in "/"), as some tools leave them; it would become a tag with an empty name.
 * - `temporary`: `*.tmp`, what Distribution 3.1 and newer write before they rename.
 * - `upload`: a half-finished push. It cannot be continued on another store; clients start the layer again.
 * - `stray`: beside the only names that matter below a prefix (`…/<hex>/data`, `…/<hex>/link`, a tag's `current/` and
 *   `index/`), at any depth; no registry reads it, and a scan that looks for those names does not see it.
 */
export type Exclusion = "outside" | "marker" | "temporary" | "upload" | "stray";

/** Why the key is never copied; `undefined` when it is. */
export function exclusionOf(key: string): Exclusion | undefined {
	if (!key.startsWith(REGISTRY_PREFIX)) return "outside";
	if (key.endsWith("/")) return "marker";
	if (key.endsWith(".tmp")) return "temporary";
	if (isUpload(key)) return "upload";
	return isStray(key) ? "stray" : undefined;
}

/** Whether a key or prefix lies in a repository's `_uploads/`. */
export function isUpload(keyOrPrefix: string): boolean {
	return (
		keyOrPrefix.startsWith(REPOSITORIES_PREFIX) &&
		UPLOADS.test(keyOrPrefix.slice(REPOSITORIES_PREFIX.length - 1))
	);
}

// The section is the first component that begins with "_": a tag may well be called "_uploads".
const UPLOADS = /^(?:\/[^_/][^/]*)+\/_uploads\//;
