import { lstatSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, resolve } from "node:path";

/**
 * Why a directory is no place to delete a registry in, as a clause: where a symbolic link leads out of it, what is deleted
 * may be anybody's. `undefined`: it is one. Throws what Node throws where it cannot be looked through.
 */
export function oddityOf(root: string): string | undefined {
	const path = resolve(root);
	if (dirname(path) === path) return "it is the root of the file system";
	if (path === resolve(homedir())) return "it is somebody's home";
	const link = linkIn(`${path}/docker`);
	return (
		link &&
		`${link} is a symbolic link: what lies behind it has to be deleted by hand`
	);
}

function linkIn(path: string): string | undefined {
	const stats = lstatSync(path, { throwIfNoEntry: false });
	if (stats?.isSymbolicLink()) return path;
	if (stats?.isDirectory() !== true) return undefined;
	for (const entry of readdirSync(path, { withFileTypes: true })) {
		const below = `${path}/${entry.name}`;
		const link = entry.isSymbolicLink()
			? below
			: entry.isDirectory()
				? linkIn(below)
				: undefined;
		if (link !== undefined) return link;
	}
	return undefined;
}
