import { statSync } from "node:fs";

/** What this process was given open, as by a shell's `<(command)`: somebody feeds it. */
const GIVEN = /^\/dev\/(?:stdin$|fd\/)/;

/**
 * Why a file that somebody named is not read although it is there, as a clause: who opens a named pipe waits for a writer,
 * which may never come, and a device may never end. `undefined`: it may be tried. Throws what Node throws.
 */
export function oddFile(path: string): string | undefined {
	if (GIVEN.test(path)) return undefined;
	const stats = statSync(path);
	if (stats.isFIFO()) return "it is a named pipe, not a file";
	if (stats.isSocket()) return "it is a socket, not a file";
	if (stats.isCharacterDevice() || stats.isBlockDevice())
		return "it is a device, not a file";
	return undefined;
}
