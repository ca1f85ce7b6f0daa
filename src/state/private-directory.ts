import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a directory that only its owner may enter, and those above it, where they are not there. Throws what Node
 * throws. Not with Node's own `recursive`: where a file system says ENOENT to whoever would make a directory in it
 * (`/proc`), that never ends.
 */
export function makePrivateDirectory(directory: string): void {
	const make = () => mkdirSync(directory, { mode: 0o700 });
	try {
		make();
	} catch (error) {
		if (isDirectory(directory)) return;
		const parent = dirname(directory);
		const isAbsent =
			error instanceof Error && "code" in error && error.code === "ENOENT";
		if (!isAbsent || isDirectory(parent)) throw error;
		makePrivateDirectory(parent);
		make();
	}
}

function isDirectory(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
