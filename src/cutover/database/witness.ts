import { parseDigest } from "../../layout/digest.ts";
import { blobKey } from "../../layout/paths.ts";
import {
	type CanaryImage,
	canaryImage,
} from "../../registry/probe/canary-image.ts";
import { deleteImage } from "../../registry/probe/delete-image.ts";
import { ProbeError } from "../../registry/probe/probe-error.ts";
import { pushImage } from "../../registry/probe/push.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import type { Call } from "../course/step.ts";
import { CutoverError } from "../cutover-error.ts";
import type { CutoverNode, World } from "../world.ts";

/** An image that was pushed through one node, and no other. Its layer lies in the storage that the node used. */
export interface Witness extends CutoverNode {
	readonly repository: string;
	readonly tag: string;
	readonly image: CanaryImage;
	/** Of its layer, and its content. */
	readonly key: string;
	readonly content: () => Buffer;
}

/**
 * One for each node. The same occasion makes the same ones, so that what a crash has left is found again: what is pushed
 * anew on another occasion has not lain anywhere before.
 */
export function witnesses(
	{ nodes, testRepository, witnessId: id }: World,
	occasion: string,
): readonly Witness[] {
	if (testRepository === undefined)
		throw new CutoverError(
			"refused",
			"A registry whose metadata are in a database cannot be proven to use a storage without a repository to push to",
			{ suggestions: [TEST_REPOSITORY] },
		);
	return nodes.map((node, index) => {
		const name = `${id}/${occasion}/${index}`;
		const image = canaryImage({ name, chunks: 1, chunkBytes: 2048 });
		const digest = parseDigest(image.layer);
		if (digest === undefined) throw new Error(`${image.layer} is no digest`);
		return {
			...node,
			repository: testRepository,
			tag: `regmigrate-${id}-${occasion}-${index}`,
			image,
			key: blobKey(digest),
			// A chunk is used again for the next one.
			content: () => Buffer.concat([...image.chunks()].map(Buffer.from)),
		};
	});
}

/** What there is to do without one. */
export const TEST_REPOSITORY =
	"Name a repository of your own, in which images may be pushed and deleted, with --test-repository.";

/** The occasion on which the registry is on the source, and takes writes. */
export const BEFORE = "before";

/** How often a storage is looked at for what was just pushed, and how long between (ms): NFS remembers what was not there. */
const LOOKS = 10;
const PAUSE_MS = 500;

/** Pushes each through its node. Safe to repeat. Rejects with a `ProbeError`. */
export async function pushAll(
	pushed: readonly Witness[],
	call: Call,
): Promise<void> {
	for (const { client, repository, tag, image } of pushed)
		await pushImage(client, repository, tag, image, call);
}

/** Whether what was pushed through a node lies in a storage. */
export async function isStored(
	{ key }: Witness,
	store: ObjectStore,
	{ turn: { clock } }: World,
	call: Call,
): Promise<boolean> {
	for (let look = 1; ; look++) {
		if ((await store.head(key, call)) !== undefined) return true;
		if (look === LOOKS) return false;
		await clock.wait(PAUSE_MS, call.signal);
	}
}

/** Deletes them through the registry, as far as it deletes anything: what is left is small, in the operator's own repository. */
export async function deleteAll(
	pushed: readonly Witness[],
	{ observe }: World,
	call: Call,
): Promise<void> {
	for (const { client, repository, tag, image } of pushed)
		try {
			await deleteImage(client, repository, image.digest, call);
		} catch (error) {
			if (!(error instanceof ProbeError)) throw error;
			observe({
				type: "note",
				text: `The test image ${repository}:${tag} stays: ${error.reason}.`,
			});
		}
}
