import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Digest } from "../../../src/layout/digest.ts";
import { blobKey } from "../../../src/layout/paths.ts";
import { pseudoRandomBytes } from "../../sample-registry/content.ts";
import { sampleRepository } from "../../sample-registry/names.ts";
import { writeSampleRegistry } from "../../sample-registry/sample-registry.ts";
import { treeWriter } from "../../sample-registry/tree-writer.ts";
import { fingerprint, readObjects } from "../tree.ts";

/** A small registry with one very large blob. */
export interface LargeTree extends AsyncDisposable {
	readonly directory: string;
	readonly objects: ReadonlyMap<string, string>;
}

const PIECE_BYTES = 2 ** 20;

/** Makes a registry of one repository and one large blob, which a link of a layer names. It is not cached. */
export async function makeLargeTree(largeBytes: number): Promise<LargeTree> {
	const folder = await mkdtempDisposable(join(tmpdir(), "regmigrate-bench-"));
	const directory = join(folder.path, "tree");
	mkdirSync(directory);
	writeSampleRegistry(directory, { repositories: 1 });
	const draft = join(folder.path, "blob");
	const digest = writeLargeFile(draft, largeBytes);
	const repository = sampleRepository(0);
	treeWriter(directory, undefined).writeLink(
		{ kind: "layer", repository, digest },
		digest,
	);
	const objects = new Map(readObjects(directory).objects);
	// Not read again: it is more than one buffer holds.
	const key = blobKey(digest);
	mkdirSync(dirname(join(directory, key)), { recursive: true });
	renameSync(draft, join(directory, key));
	objects.set(key, fingerprint(largeBytes, `sha256:${digest.hex}`));
	return { directory, objects, [Symbol.asyncDispose]: () => folder.remove() };
}

/** Writes what does not compress and nowhere repeats itself, as fast as it can be hashed; its digest. */
function writeLargeFile(path: string, bytes: number): Digest {
	const hash = createHash("sha256");
	const piece = pseudoRandomBytes("large", PIECE_BYTES);
	const file = openSync(path, "w");
	try {
		for (let written = 0; written < bytes; written += PIECE_BYTES) {
			piece.writeDoubleLE(written);
			const part = piece.subarray(0, Math.min(PIECE_BYTES, bytes - written));
			hash.update(part);
			writeSync(file, part);
		}
	} finally {
		closeSync(file);
	}
	return { algorithm: "sha256", hex: hash.digest("hex") };
}
