import {
	closeSync,
	constants,
	fstatSync,
	openSync,
	type Stats,
	unlinkSync,
} from "node:fs";
import { errno } from "./errors.ts";

/** Not to wait for a writer when what is opened turns out to be a pipe. */
const READ = constants.O_RDONLY | constants.O_NONBLOCK;

/** Opens what is there, whatever it is. Throws what Node throws. */
export function openFile(path: string): number {
	return openSync(path, READ);
}

/** What a file is by its attributes when it is opened: a network file system asks the server for them then. */
export function openedStats(path: string): Stats {
	const descriptor = openFile(path);
	try {
		return fstatSync(descriptor);
	} finally {
		closeSync(descriptor);
	}
}

/** Deletes a file and gives back its path; `undefined` for a directory, which is no object. */
export function deleteFile(path: string): string | undefined {
	try {
		unlinkSync(path);
		return path;
	} catch (error) {
		if (errno(error) === "EISDIR") return undefined;
		throw error;
	}
}
