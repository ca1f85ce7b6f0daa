import { type SampleExtraKey, writeExtras } from "./extras.ts";
import type { LayerReference } from "./image.ts";
import {
	type SampleOptions,
	type SampleShape,
	sampleShape,
} from "./options.ts";
import { writeLayer, writeRepository } from "./repository.ts";
import { type TreeCounts, type TreeWriter, treeWriter } from "./tree-writer.ts";

/** What a sample registry holds. */
export interface SampleSummary extends TreeCounts {
	readonly repositories: number;
	/** The keys of the extras that were asked for; they are counted above, too. */
	readonly extras: readonly SampleExtraKey[];
}

/** How many different layers the shared ones are taken from. */
const SHARED_LAYERS = 32;

/**
 * Writes a registry's storage to a directory, as registries do: a tree of valid images under their digests, from which
 * a real registry serves a real client. The directory should be empty. Memory stays flat but for the largest layer.
 */
export function writeSampleRegistry(
	root: string,
	options: SampleOptions = {},
): SampleSummary {
	const shape = sampleShape(options);
	const tree = treeWriter(root, shape.modified);
	const shared = writeSharedLayers(tree, shape);
	for (let index = 0; index < shape.repositories; index += 1)
		writeRepository(tree, shape, index, shared);
	const extras = writeExtras(tree, shape);
	return { ...tree.counts(), repositories: shape.repositories, extras };
}

function writeSharedLayers(
	tree: TreeWriter,
	shape: SampleShape,
): readonly LayerReference[] {
	// No more than the repositories use: a tree without garbage has nothing that nobody links to.
	const count =
		shape.sharedLayersPerTag === 0
			? 0
			: Math.min(
					SHARED_LAYERS,
					shape.repositories + shape.sharedLayersPerTag - 1,
				);
	return Array.from({ length: count }, (_, index) =>
		writeLayer(tree, shape, `shared-${index}`),
	);
}
