import { parseDigest } from "../layout/digest.ts";
import { blobKey, formatKey } from "../layout/paths.ts";
import {
	type CanaryImage,
	canaryImage,
	digestOf,
} from "../registry/probe/canary-image.ts";
import { probeIdentity } from "../registry/probe/probe-identity.ts";
import { pullImage } from "../registry/probe/pull.ts";
import { messageOf } from "../store/thrown.ts";
import type { Call } from "./course/step.ts";
import { CutoverError } from "./cutover-error.ts";
import { putWitnesses, tryWitnesses } from "./database/target-proof.ts";
import type { World } from "./world.ts";

/** Where nobody named a repository: it exists at the target alone, for as long as the canary is there. */
const REPOSITORY = "regmigrate/canary";

/**
 * Puts an image into the target's storage only, past the registry, and has every node serve it, byte for byte, by its
 * digest: none that still serves the source can (I6). Then, what the registry holds otherwise has to be as it is at the
 * target; and the canary is removed. Rejects with a `CutoverError`.
 */
export async function tryCanary(world: World, call: Call): Promise<void> {
	if (world.database.read() !== undefined)
		return await tryWitnesses(world, call);
	const { nodes, target, observe, course } = world;
	const { image, repository, objects } = canary(world);
	for (const { key, content } of objects) await target.put(key, content, call);
	for (const { node, client } of nodes) {
		const { hosts } = await pullImage(
			client,
			repository,
			image.digest,
			call,
		).catch((error: unknown) => {
			call.signal?.throwIfAborted();
			throw new CutoverError(
				"unproven",
				`${node.name} (${node.url.origin}) does not serve an image that is only at the ${course.to}, so it does not use the ${course.to} as it should: ${messageOf(error)}`,
				{
					suggestions: [
						"Look at what its registry runs with (config render), and into its log: another configuration, a variable, or permissions at the target. rehearse tries it while nothing depends on it.",
					],
					cause: error,
				},
			);
		});
		const { identity, because } = await probeIdentity(client, target, call);
		if (identity === "another")
			throw new CutoverError(
				"unproven",
				`${node.name} does not serve what is at the ${course.to}: ${because}`,
			);
		observe({ type: "served", node: node.name, hosts });
	}
	await removeCanary(world);
}

/** Removes it, links first. What is left does no harm, and keeps nothing from going on or back. */
export async function removeCanary(world: World): Promise<void> {
	if (world.database.read() !== undefined) return await putWitnesses(world);
	const { objects } = canary(world);
	const keys = objects.map(({ key }) => key).reverse();
	try {
		for (const key of keys)
			for (const error of (await world.target.delete([key])).values())
				throw error;
	} catch (error) {
		world.observe({
			type: "note",
			text: `The canary could not be removed from ${world.target.url} (${messageOf(error)}). It does no harm; garbage collection removes it once its links are gone: ${keys.join(", ")}.`,
		});
	}
}

/** The same for the same cutover, so that what a crash has left is found again. Small: what is proven is where it lies. */
function canary({ id, repository = REPOSITORY }: World) {
	const image = canaryImage({ name: id, chunks: 1, chunkBytes: 2048 });
	const layer = named(image.layer);
	const config = named(digestOf(image.config));
	const digest = named(image.digest);
	const link = (text: string) => Buffer.from(text);
	return {
		image,
		repository,
		// In the order in which a push writes them (I1).
		objects: [
			{ key: blobKey(layer), content: layerOf(image) },
			{ key: blobKey(config), content: image.config },
			{ key: blobKey(digest), content: image.manifest },
			...[layer, config].map((digest) => ({
				key: formatKey({ kind: "layer", repository, digest }),
				content: link(`${digest.algorithm}:${digest.hex}`),
			})),
			{
				key: formatKey({ kind: "revision", repository, digest }),
				content: link(image.digest),
			},
		],
	};
}

function layerOf(image: CanaryImage): Buffer {
	// A chunk is used again for the next one.
	return Buffer.concat([...image.chunks()].map((chunk) => Buffer.from(chunk)));
}

function named(text: string) {
	const digest = parseDigest(text);
	if (digest === undefined) throw new Error(`${text} is no digest`);
	return digest;
}
