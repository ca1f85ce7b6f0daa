import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pseudoRandomBytes } from "../../scripts/sample-registry/content.ts";
import {
	type Document,
	makeConfig,
	makeIndex,
	makeManifest,
	PLATFORMS,
	type Platform,
} from "../../scripts/sample-registry/image.ts";
import { makeLayer } from "../../scripts/sample-registry/layer.ts";
import { type Digest, formatDigest } from "../../src/layout/digest.ts";

/** An image to be made; its content follows from its name. */
export interface LayoutImage {
	/** By which clients find it in the layout. */
	readonly tag: string;
	/** Sizes of its layers' content (bytes). */
	readonly layers: readonly number[];
	/** Made for every platform, under an index. Default false. */
	readonly isMultiPlatform?: boolean | undefined;
}

/**
 * Writes images as an OCI image layout, from which `skopeo copy oci:DIRECTORY:TAG …` pushes them.
 * Source: OCI image specification, image-layout.md.
 */
export function writeOciLayout(
	directory: string,
	images: readonly LayoutImage[],
): void {
	const manifests = images.map((image) => ({
		...describe(writeImages(directory, image)),
		annotations: { "org.opencontainers.image.ref.name": image.tag },
	}));
	const index = { schemaVersion: 2, manifests };
	writeFileSync(
		join(directory, "oci-layout"),
		JSON.stringify({ imageLayoutVersion: "1.0.0" }),
	);
	writeFileSync(join(directory, "index.json"), JSON.stringify(index));
}

function writeImages(directory: string, image: LayoutImage): Document {
	if (image.isMultiPlatform !== true)
		return writeImage(directory, image, PLATFORMS[0]);
	const manifests = PLATFORMS.map((platform) => ({
		platform,
		manifest: writeImage(directory, image, platform),
	}));
	const index = makeIndex(manifests, "oci");
	writeBlob(directory, index);
	return index;
}

function writeImage(
	directory: string,
	{ tag, layers }: LayoutImage,
	platform: Platform,
): Document {
	const written = layers.map((bytes, number) => {
		const name = `${tag}-${platform.architecture}-${number}`;
		const layer = makeLayer("content", pseudoRandomBytes(name, bytes));
		writeBlob(directory, layer);
		return { ...layer, size: layer.blob.length };
	});
	const config = makeConfig(tag, platform, written, "oci");
	const manifest = makeManifest(config, written, "oci");
	writeBlob(directory, config);
	writeBlob(directory, manifest);
	return manifest;
}

function writeBlob(
	directory: string,
	{ digest, blob }: { readonly digest: Digest; readonly blob: Buffer },
): void {
	const folder = join(directory, "blobs", digest.algorithm);
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, digest.hex), blob);
}

function describe({ mediaType, digest, blob }: Document) {
	return { mediaType, digest: formatDigest(digest), size: blob.length };
}
