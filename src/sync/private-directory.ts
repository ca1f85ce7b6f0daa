import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a directory that only its owner may enter, and those above it, where they are not there. Throws what Node
 * throws. Not with Node's own `recursive`: where a file system says ENOENT to whoever would make a directory in it
 * (`/proc`), that never ends.
 */
export function makePrivateDirectory(directory: string): void {
	if (isDirectory(directory)) return;
	const parent = dirname(directory);
	if (parent !== directory) makePrivateDirectory(parent);
	try {
		mkdirSync(directory, { mode: 0o700 });
	} catch (error) {
		// Another process may have made it meanwhile.
		if (!isDirectory(directory)) throw error;
	}
}

function isDirectory(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
