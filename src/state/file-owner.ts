import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { thisWriter, writerText } from "./writer.ts";

/**
 * Says, beside a file that one process at a time has open, who that is: for people. What keeps others out is the lock
 * on the file itself, which ends with its process.
 */
export function nameOwner(path: string): void {
	writeFileSync(ownerPath(path), `${writerText(thisWriter())}\n`);
}

/** Who has the file open, for a sentence. */
export function ownerOf(path: string): string {
	try {
		return readFileSync(ownerPath(path), "utf8").trim();
	} catch {
		// It has only just opened it, or just ended.
		return "another process";
	}
}

/** The file is about to be closed. */
export function forgetOwner(path: string): void {
	rmSync(ownerPath(path), { force: true });
}

function ownerPath(path: string): string {
	return `${path}.owner`;
}
