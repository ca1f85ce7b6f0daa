import { closeSync, fsyncSync, openSync, renameSync } from "node:fs";
import { dirname } from "node:path";

/** Gives a file, whose content is durable, its name; when it returns, a power cut does not take that back. */
export function renameDurably(from: string, to: string): void {
	renameSync(from, to);
	syncPath(dirname(to));
}

/** Makes what a file or directory holds outlive a power cut. */
export function syncPath(path: string): void {
	const opened = openSync(path, "r");
	try {
		fsyncSync(opened);
	} finally {
		closeSync(opened);
	}
}
