import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasEnded, thisWriter, writerText } from "./writer.ts";

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

/**
 * Who has files with such an ending open in a directory, for a sentence. Processes that are known to have ended are left
 * out: they were killed.
 */
export function ownersIn(directory: string, ending: string): readonly string[] {
	return namesIn(directory)
		.filter((name) => name.endsWith(ownerPath(ending)))
		.map((name) => ownerOf(join(directory, name.slice(0, -OWNER.length))))
		.filter((owner) => {
			const [, pid, host = "", since = ""] =
				/^process (\d+) on (.*), since (.*)$/.exec(owner) ?? [];
			return pid === undefined || !hasEnded({ host, pid: Number(pid), since });
		});
}

function namesIn(directory: string): readonly string[] {
	try {
		return readdirSync(directory);
	} catch {
		// It is not there, or not ours: then nobody keeps anything in it for us.
		return [];
	}
}

const OWNER = ".owner";

function ownerPath(path: string): string {
	return `${path}${OWNER}`;
}
