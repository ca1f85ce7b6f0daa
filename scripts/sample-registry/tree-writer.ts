import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Digest, formatDigest } from "../../src/layout/digest.ts";
import {
	blobKey,
	formatKey,
	parseKey,
	type RegistryKey,
} from "../../src/layout/paths.ts";

/** What was written to a tree. */
export interface TreeCounts {
	readonly files: number;
	readonly blobs: number;
	/** Of every kind: layer, revision, index, current. */
	readonly links: number;
	/** Current links. */
	readonly tags: number;
	/** Sizes of all files, added up. */
	readonly bytes: number;
}

/** A registry's storage that is being written. */
export interface TreeWriter {
	/** A file under any key. */
	writeFile(key: string, content: string | Uint8Array): void;
	/** Content under its digest. */
	writeBlob(digest: Digest, content: Uint8Array): void;
	/** A link of this kind that names the digest: exactly its text, without a newline. */
	writeLink(key: RegistryKey, digest: Digest): void;
	/** What has been written until now. */
	counts(): TreeCounts;
}

/**
 * Writes below a directory. Synchronous: tens of thousands of tiny files are several times faster that way, and
 * nothing else is to be done meanwhile.
 */
export function treeWriter(
	root: string,
	modified: Date | undefined,
): TreeWriter {
	const counts = { files: 0, blobs: 0, links: 0, tags: 0, bytes: 0 };
	const writeFile: TreeWriter["writeFile"] = (key, content) => {
		const path = join(root, key);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, content);
		if (modified !== undefined) utimesSync(path, modified, modified);
		counts.files += 1;
		counts.bytes += Buffer.byteLength(content);
		const kind = parseKey(key)?.kind;
		if (kind === "blob") counts.blobs += 1;
		else if (kind !== undefined && kind !== "lock") counts.links += 1;
		if (kind === "current") counts.tags += 1;
	};
	return {
		writeFile,
		writeBlob(digest, content) {
			writeFile(blobKey(digest), content);
		},
		writeLink(key, digest) {
			writeFile(formatKey(key), formatDigest(digest));
		},
		counts: () => ({ ...counts }),
	};
}
