import { lstatSync, type Stats, statSync } from "node:fs";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import { isListed } from "./directory.ts";
import { isAbsence } from "./errors.ts";
import type { Root } from "./root.ts";

/**
 * Whether an object that was not found may be there all the same, so that it is to be looked for once more: on a file
 * system that answers from old attributes, whose directory, which is read anew, names it. Throws where it cannot be
 * known to be absent (I2): when the root has gone away, or a link on the way leads nowhere, as to an unmounted disk.
 *
 * | root         | deepest thing on the way that is there | its file system | its directory names the object | verdict     |
 * | ------------ | -------------------------------------- | --------------- | ------------------------------ | ----------- |
 * | gone         | -                                      | -               | -                              | throw       |
 * | there        | a symbolic link that leads nowhere     | -               | -                              | throw       |
 * | there        | anything else                          | local           | -                              | absent      |
 * | there        | anything else                          | any other       | no                             | absent      |
 * | there        | anything else                          | any other       | yes, or it cannot be read      | look again  |
 */
export function mayBeThere(
	root: Root,
	key: string,
	about: StoreErrorOptions,
): boolean {
	const rootStats = root.check(about.operation, key);
	const deepest = deepestOnTheWay(root.path, key);
	if (deepest?.stats.isSymbolicLink() === true && isBroken(deepest.path)) {
		const link = deepest.path.slice(root.path.length);
		throw new StoreError(
			"unavailable",
			`the symbolic link "${link}" leads nowhere (is what it leads to mounted?)`,
			about,
		);
	}
	const path = deepest?.path ?? root.path;
	const device = deepest === undefined ? rootStats.dev : statSync(path).dev;
	return !root.isLocalAt(path, device) && isListed(root.path, key);
}

/** The longest leading part of a path that is there; links are not followed at its end. `undefined`: only the root. */
function deepestOnTheWay(
	root: string,
	key: string,
): { readonly path: string; readonly stats: Stats } | undefined {
	for (let end = key.length; end !== -1; end = key.lastIndexOf("/", end - 1)) {
		const path = root + key.slice(0, end);
		const stats = statsAt(path, lstatSync);
		if (stats !== undefined) return { path, stats };
	}
	return undefined;
}

function isBroken(link: string): boolean {
	return statsAt(link, statSync) === undefined;
}

/** `undefined` when nothing is there; other errors are thrown, since they leave it unknown. */
function statsAt(
	path: string,
	stat: (path: string) => Stats,
): Stats | undefined {
	try {
		return stat(path);
	} catch (error) {
		if (isAbsence(error)) return undefined;
		throw error;
	}
}
