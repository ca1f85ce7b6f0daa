/** What a sample registry holds beyond what a healthy, idle one does; each in the first repository. */
export type SampleExtra =
	/** A half-finished push under `_uploads`. */
	| "upload"
	/** A tag `corrupt` whose image has one layer with a turned bit; its size is right. */
	| "corrupt-blob"
	/** A layer link whose blob is gone, as garbage collection of older registries leaves it. */
	| "dangling-layer"
	/** A tag `empty` whose current link has no content, as a crash of the registry leaves it. */
	| "empty-link"
	/** What Distribution 3.1 leaves when it crashes between write and rename: beside a blob and beside a link. */
	| "temporary"
	/** GitLab's lock file. */
	| "lock";

/** Every extra, in the order of writing. */
export const SAMPLE_EXTRAS: readonly SampleExtra[] = [
	"upload",
	"corrupt-blob",
	"dangling-layer",
	"empty-link",
	"temporary",
	"lock",
];

/** What a sample registry is made of. The same options give the same tree, byte for byte. */
export interface SampleOptions {
	/** Default 400. */
	readonly repositories?: number | undefined;
	/** `v1`, `v2` and so on, and `latest`, which named each of them in turn and names the last. Default 8. */
	readonly tagsPerRepository?: number | undefined;
	/** Of each image, shared ones included. Default 4. */
	readonly layersPerTag?: number | undefined;
	/** How many of an image's layers are those of many repositories, as base images are. Default 2. */
	readonly sharedLayersPerTag?: number | undefined;
	/** Content of a layer's one file (bytes). Its blob is 1,559 to 2,070 larger: tar and gzip. Default 512. */
	readonly layerBytes?: number | undefined;
	/** In every repository whose number divides by this the newest image is for three platforms; 0: none. Default 2. */
	readonly multiPlatformEvery?: number | undefined;
	/** Another seed gives other content with the same names and counts. Default 1. */
	readonly seed?: number | undefined;
	/** Default: none. */
	readonly extras?: readonly SampleExtra[] | undefined;
	/** The time stamp of every file. Default: when it was written. */
	readonly modified?: Date | undefined;
}

/** The options with every default filled in. */
export interface SampleShape {
	readonly repositories: number;
	readonly tagsPerRepository: number;
	readonly layersPerTag: number;
	readonly sharedLayersPerTag: number;
	readonly layerBytes: number;
	readonly multiPlatformEvery: number;
	readonly seed: number;
	readonly extras: readonly SampleExtra[];
	readonly modified: Date | undefined;
}

/** Fills in the defaults; throws on numbers that no registry can have. */
export function sampleShape(options: SampleOptions = {}): SampleShape {
	const layersPerTag = options.layersPerTag ?? 4;
	const shape = {
		repositories: options.repositories ?? 400,
		tagsPerRepository: options.tagsPerRepository ?? 8,
		layersPerTag,
		sharedLayersPerTag: options.sharedLayersPerTag ?? Math.min(2, layersPerTag),
		layerBytes: options.layerBytes ?? 512,
		multiPlatformEvery: options.multiPlatformEvery ?? 2,
		seed: options.seed ?? 1,
	};
	for (const [name, value] of Object.entries(shape)) {
		if (!Number.isSafeInteger(value) || value < 0)
			throw new RangeError(`${name} must be a whole number, not ${value}`);
	}
	const { repositories, tagsPerRepository, sharedLayersPerTag } = shape;
	if (repositories < 1 || tagsPerRepository < 1)
		throw new RangeError("a registry has a repository and a tag at least");
	if (sharedLayersPerTag > layersPerTag)
		throw new RangeError(
			`of ${layersPerTag} layers ${sharedLayersPerTag} cannot be shared`,
		);
	return {
		...shape,
		extras: options.extras ?? [],
		modified: options.modified,
	};
}
