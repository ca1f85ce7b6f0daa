import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Whether a directory lies in a store, or is its root, by the store's identity and whatever symbolic links are on the
 * way; also when it is still to be made.
 */
export function liesIn(directory: string, identity: string): boolean {
	return `${pathToFileURL(realPath(directory)).href}/`.startsWith(identity);
}

function realPath(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		const parent = dirname(path);
		return parent === path ? path : join(realPath(parent), basename(path));
	}
}
