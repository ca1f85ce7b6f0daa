import { type Digest, formatDigest } from "../../src/layout/digest.ts";
import {
	blobKey,
	formatKey,
	REPOSITORIES_PREFIX,
} from "../../src/layout/paths.ts";
import { digestOf, pseudoRandomBytes } from "./content.ts";
import { makeConfig, makeManifest, PLATFORMS } from "./image.ts";
import { makeLayer } from "./layer.ts";
import { MOVING_TAG, sampleRepository } from "./names.ts";
import type { SampleExtra, SampleShape } from "./options.ts";
import type { TreeWriter } from "./tree-writer.ts";

/** A key that is there, or is damaged, because an extra was asked for. */
export interface SampleExtraKey {
	readonly extra: SampleExtra;
	readonly key: string;
}

type ExtraWriter = (
	tree: TreeWriter,
	repository: string,
	seed: number,
) => readonly string[];

const WRITERS: Readonly<Record<SampleExtra, ExtraWriter>> = {
	upload: writeUpload,
	"corrupt-blob": writeCorruptImage,
	"dangling-layer": writeDanglingLayer,
	"empty-link": writeEmptyLink,
	temporary: writeTemporary,
	lock: writeLock,
};

const UUID = "5a0c3f6e-8d1b-4c27-9e54-2f7b6a1d0c93";

/** Adds what was asked for to the first repository; nothing that is there already changes. */
export function writeExtras(
	tree: TreeWriter,
	shape: SampleShape,
): readonly SampleExtraKey[] {
	const repository = sampleRepository(0);
	return shape.extras.flatMap((extra) =>
		WRITERS[extra](tree, repository, shape.seed).map((key) => ({ extra, key })),
	);
}

function writeUpload(
	tree: TreeWriter,
	repository: string,
	seed: number,
): readonly string[] {
	const prefix = `${REPOSITORIES_PREFIX}${repository}/_uploads/${UUID}/`;
	const content = pseudoRandomBytes(`${seed}/upload`, 3000);
	return writeAll(tree, [
		[`${prefix}startedat`, "2024-05-01T12:00:00Z"],
		[`${prefix}data`, content],
		[`${prefix}hashstates/sha256/0`, content.subarray(0, 108)],
	]);
}

function writeCorruptImage(
	tree: TreeWriter,
	repository: string,
	seed: number,
): readonly string[] {
	const layer = makeLayer("content", pseudoRandomBytes(`${seed}/corrupt`, 512));
	const layers = [{ ...layer, size: layer.blob.length }];
	const damaged = Buffer.from(layer.blob);
	const middle = damaged.length >> 1;
	damaged.writeUInt8(damaged.readUInt8(middle) ^ 1, middle);
	const config = makeConfig("corrupt", PLATFORMS[0], layers, "oci");
	const manifest = makeManifest(config, layers, "oci");
	const tag = "corrupt";
	tree.writeBlob(layer.digest, damaged);
	for (const { digest, blob } of [config, manifest])
		tree.writeBlob(digest, blob);
	for (const { digest } of [layer, config])
		tree.writeLink({ kind: "layer", repository, digest }, digest);
	const { digest } = manifest;
	tree.writeLink({ kind: "revision", repository, digest }, digest);
	tree.writeLink({ kind: "index", repository, tag, digest }, digest);
	tree.writeLink({ kind: "current", repository, tag }, digest);
	return [blobKey(layer.digest)];
}

function writeDanglingLayer(
	tree: TreeWriter,
	repository: string,
	seed: number,
): readonly string[] {
	const digest = absentDigest(seed);
	const key = formatKey({ kind: "layer", repository, digest });
	return writeAll(tree, [[key, formatDigest(digest)]]);
}

function writeEmptyLink(
	tree: TreeWriter,
	repository: string,
): readonly string[] {
	const key = formatKey({ kind: "current", repository, tag: "empty" });
	return writeAll(tree, [[key, ""]]);
}

function writeTemporary(
	tree: TreeWriter,
	repository: string,
	seed: number,
): readonly string[] {
	const digest = absentDigest(seed);
	const tag = MOVING_TAG;
	const link = formatKey({ kind: "current", repository, tag });
	return writeAll(tree, [
		[`${blobKey(digest)}.${UUID}.tmp`, pseudoRandomBytes("temporary", 700)],
		[`${link}.${UUID}.tmp`, formatDigest(digest)],
	]);
}

/** Source: registry/storage/locks.go of GitLab's registry. */
function writeLock(tree: TreeWriter): readonly string[] {
	const key = formatKey({ kind: "lock", name: "filesystem-in-use" });
	return writeAll(tree, [[key, '{"version":1}']]);
}

/** A digest that no blob of the tree has. */
function absentDigest(seed: number): Digest {
	return digestOf(`${seed}/absent`);
}

function writeAll(
	tree: TreeWriter,
	files: readonly (readonly [key: string, content: string | Uint8Array])[],
): readonly string[] {
	return files.map(([key, content]) => {
		tree.writeFile(key, content);
		return key;
	});
}
