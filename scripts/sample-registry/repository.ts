import type { Digest } from "../../src/layout/digest.ts";
import { pseudoRandomBytes } from "./content.ts";
import {
	type Document,
	type LayerReference,
	type MediaTypes,
	makeConfig,
	makeIndex,
	makeManifest,
	PLATFORMS,
	type Platform,
} from "./image.ts";
import { makeLayer } from "./layer.ts";
import { MOVING_TAG, sampleRepository, sampleVersions } from "./names.ts";
import type { SampleShape } from "./options.ts";
import type { TreeWriter } from "./tree-writer.ts";

/** Writes the repository with this number, its images sharing some of these layers. */
export function writeRepository(
	tree: TreeWriter,
	shape: SampleShape,
	index: number,
	allShared: readonly LayerReference[],
): void {
	const repository = sampleRepository(index);
	const mediaTypes = mediaTypesOf(index);
	const shared = Array.from({ length: shape.sharedLayersPerTag }, (_, layer) =>
		allShared.at((index + layer) % allShared.length),
	).filter((layer) => layer !== undefined);
	for (const { digest } of new Set(shared))
		tree.writeLink({ kind: "layer", repository, digest }, digest);
	const versions = sampleVersions(shape.tagsPerRepository);
	const writer = { tree, shape, repository, mediaTypes, shared };
	let newest: Digest | undefined;
	for (const [place, version] of versions.entries()) {
		const isNewest = place === versions.length - 1;
		const isMultiPlatform =
			isNewest &&
			shape.multiPlatformEvery > 0 &&
			index % shape.multiPlatformEvery === 0;
		newest = writeVersion(writer, version, isMultiPlatform);
		if (shape.tagsPerRepository > 1) writeTag(writer, version, newest);
		writeIndexLink(writer, MOVING_TAG, newest);
	}
	if (newest !== undefined)
		tree.writeLink({ kind: "current", repository, tag: MOVING_TAG }, newest);
}

/**
 * Writes one more image into the repository with this number, and moves its newest tag there, as a push does. The image
 * shares no layer with others.
 */
export function writePush(
	tree: TreeWriter,
	shape: SampleShape,
	index: number,
	version: string,
): void {
	const repository = sampleRepository(index);
	const mediaTypes = mediaTypesOf(index);
	const writer = { tree, shape, repository, mediaTypes, shared: [] };
	const digest = writeVersion(writer, version, false);
	writeTag(writer, version, digest);
	writeTag(writer, MOVING_TAG, digest);
}

function mediaTypesOf(index: number): MediaTypes {
	return index % 3 === 2 ? "docker" : "oci";
}

/** What everything in one repository is written with. */
interface RepositoryWriter {
	readonly tree: TreeWriter;
	readonly shape: SampleShape;
	readonly repository: string;
	readonly mediaTypes: MediaTypes;
	readonly shared: readonly LayerReference[];
}

function writeVersion(
	writer: RepositoryWriter,
	version: string,
	isMultiPlatform: boolean,
): Digest {
	if (!isMultiPlatform) return writeImage(writer, version, PLATFORMS[0]).digest;
	const manifests = PLATFORMS.map((platform) => ({
		platform,
		manifest: writeImage(writer, version, platform),
	}));
	return writeManifest(writer, makeIndex(manifests, writer.mediaTypes));
}

function writeImage(
	writer: RepositoryWriter,
	version: string,
	platform: Platform,
): Document {
	const { tree, shape, repository, mediaTypes, shared } = writer;
	const name = `${repository}:${version}-${platform.architecture}`;
	const layers = [...shared];
	while (layers.length < shape.layersPerTag) {
		const layer = writeLayer(tree, shape, `${name}-${layers.length}`);
		const { digest } = layer;
		tree.writeLink({ kind: "layer", repository, digest }, digest);
		layers.push(layer);
	}
	const config = makeConfig(name, platform, layers, mediaTypes);
	const { digest } = config;
	tree.writeBlob(digest, config.blob);
	tree.writeLink({ kind: "layer", repository, digest }, digest);
	const manifest = makeManifest(config, layers, mediaTypes);
	writeManifest(writer, manifest);
	return manifest;
}

/** Writes a layer's blob; what is in it follows from its name and the seed alone. */
export function writeLayer(
	tree: TreeWriter,
	shape: SampleShape,
	name: string,
): LayerReference {
	const content = pseudoRandomBytes(`${shape.seed}/${name}`, shape.layerBytes);
	const { digest, blob, diffId } = makeLayer("content", content);
	tree.writeBlob(digest, blob);
	return { digest, size: blob.length, diffId };
}

function writeManifest(
	{ tree, repository }: RepositoryWriter,
	{ digest, blob }: Document,
): Digest {
	tree.writeBlob(digest, blob);
	tree.writeLink({ kind: "revision", repository, digest }, digest);
	return digest;
}

function writeTag(writer: RepositoryWriter, tag: string, digest: Digest): void {
	writeIndexLink(writer, tag, digest);
	const { tree, repository } = writer;
	tree.writeLink({ kind: "current", repository, tag }, digest);
}

function writeIndexLink(
	{ tree, repository }: RepositoryWriter,
	tag: string,
	digest: Digest,
): void {
	tree.writeLink({ kind: "index", repository, tag, digest }, digest);
}
