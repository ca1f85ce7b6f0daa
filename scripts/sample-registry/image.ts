import { type Digest, formatDigest } from "../../src/layout/digest.ts";
import { digestOf } from "./content.ts";

/** Which of the two families of media types an image uses; registries and clients take both. */
export type MediaTypes = "oci" | "docker";

/** What an image runs on. */
export interface Platform {
	readonly architecture: string;
	readonly os: string;
	readonly variant?: string | undefined;
}

/** The platforms of a multi-platform image; the first is that of the others. */
export const PLATFORMS: readonly [Platform, ...Platform[]] = [
	{ architecture: "amd64", os: "linux" },
	{ architecture: "arm64", os: "linux", variant: "v8" },
	{ architecture: "arm", os: "linux", variant: "v7" },
];

/** What an image needs to know of a layer. */
export interface LayerReference {
	readonly digest: Digest;
	/** Of the blob (bytes). */
	readonly size: number;
	readonly diffId: Digest;
}

/** A JSON document as a registry holds it. */
export interface Document {
	readonly mediaType: string;
	readonly digest: Digest;
	readonly blob: Buffer;
}

const MEDIA_TYPES = {
	oci: {
		index: "application/vnd.oci.image.index.v1+json",
		manifest: "application/vnd.oci.image.manifest.v1+json",
		config: "application/vnd.oci.image.config.v1+json",
		layer: "application/vnd.oci.image.layer.v1.tar+gzip",
	},
	docker: {
		index: "application/vnd.docker.distribution.manifest.list.v2+json",
		manifest: "application/vnd.docker.distribution.manifest.v2+json",
		config: "application/vnd.docker.container.image.v1+json",
		layer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
	},
} as const;

const CREATED = "2024-05-01T12:00:00Z";

/** An image's configuration. `name` is in it, so that equal layers do not make equal images. */
export function makeConfig(
	name: string,
	platform: Platform,
	layers: readonly LayerReference[],
	mediaTypes: MediaTypes,
): Document {
	return document(MEDIA_TYPES[mediaTypes].config, {
		created: CREATED,
		author: "regmigrate sample registry",
		...platform,
		config: { Cmd: ["/bin/true"], Labels: { "sample.image": name } },
		rootfs: {
			type: "layers",
			diff_ids: layers.map(({ diffId }) => formatDigest(diffId)),
		},
		history: layers.map(() => ({ created: CREATED, created_by: "COPY / /" })),
	});
}

/** An image's manifest. */
export function makeManifest(
	config: Document,
	layers: readonly LayerReference[],
	mediaTypes: MediaTypes,
): Document {
	const mediaType = MEDIA_TYPES[mediaTypes].manifest;
	return document(mediaType, {
		schemaVersion: 2,
		mediaType,
		config: descriptor(config),
		layers: layers.map(({ digest, size }) => ({
			mediaType: MEDIA_TYPES[mediaTypes].layer,
			digest: formatDigest(digest),
			size,
		})),
	});
}

/** A multi-platform image: an index of manifests. */
export function makeIndex(
	manifests: readonly {
		readonly manifest: Document;
		readonly platform: Platform;
	}[],
	mediaTypes: MediaTypes,
): Document {
	const mediaType = MEDIA_TYPES[mediaTypes].index;
	return document(mediaType, {
		schemaVersion: 2,
		mediaType,
		manifests: manifests.map(({ manifest, platform }) => ({
			...descriptor(manifest),
			platform,
		})),
	});
}

function descriptor({ mediaType, digest, blob }: Document) {
	return { mediaType, digest: formatDigest(digest), size: blob.length };
}

function document(mediaType: string, value: unknown): Document {
	const blob = Buffer.from(JSON.stringify(value));
	return { mediaType, digest: digestOf(blob), blob };
}
