import { execFileSync } from "node:child_process";
import {
	closeSync,
	fsyncSync,
	ftruncateSync,
	mkdirSync,
	openSync,
	readFileSync,
	statSync,
	writeFileSync,
	writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import {
	type Digest,
	formatDigest,
	parseDigest,
} from "../../src/layout/digest.ts";
import { formatKey } from "../../src/layout/paths.ts";

/** How a tag is moved. */
export interface RetagOptions {
	/** Afterwards the current link has its old time stamp again, to the nanosecond, as after a restore from a backup. Default: false. */
	readonly keepTimeStamps?: boolean | undefined;
}

/** What a moved tag named, and names. */
export interface Retagged {
	readonly before: Digest;
	readonly after: Digest;
}

/**
 * Makes a tag name what another tag of the repository names, as registries before 3.1 do: the index link first, then
 * the current link truncated and written in place, so that its inode and size stay.
 */
export function retag(
	root: string,
	repository: string,
	tag: string,
	toTag: string,
	options: RetagOptions = {},
): Retagged {
	const current = join(root, formatKey({ kind: "current", repository, tag }));
	const before = readLink(current);
	const after = readLink(
		join(root, formatKey({ kind: "current", repository, tag: toTag })),
	);
	const index = join(
		root,
		formatKey({ kind: "index", repository, tag, digest: after }),
	);
	mkdirSync(dirname(index), { recursive: true });
	writeFileSync(index, formatDigest(after));
	const { mtimeNs } = statSync(current, { bigint: true });
	const descriptor = openSync(current, "r+");
	try {
		ftruncateSync(descriptor, 0);
		writeSync(descriptor, formatDigest(after));
		fsyncSync(descriptor);
	} finally {
		closeSync(descriptor);
	}
	if (options.keepTimeStamps) setModified(current, mtimeNs);
	return { before, after };
}

function readLink(path: string): Digest {
	const digest = parseDigest(readFileSync(path, "utf8"));
	if (digest === undefined) throw new Error(`${path} holds no digest`);
	return digest;
}

// Not utimesSync: it takes a double of seconds, which cannot hold nanoseconds, and a stamp that is off by some would
// betray the change that this is to hide.
function setModified(path: string, nanoseconds: bigint): void {
	const seconds = nanoseconds / 1_000_000_000n;
	const fraction = String(nanoseconds % 1_000_000_000n).padStart(9, "0");
	execFileSync("touch", ["-m", "-d", `@${seconds}.${fraction}`, path]);
}
