import { canaryImage } from "../registry/probe/canary-image.ts";
import { deleteImage } from "../registry/probe/delete-image.ts";
import { ProbeError } from "../registry/probe/probe-error.ts";
import { probeIdentity } from "../registry/probe/probe-identity.ts";
import { pullImage } from "../registry/probe/pull.ts";
import { pushImage } from "../registry/probe/push.ts";
import type { Call } from "./course/step.ts";
import { CutoverError } from "./cutover-error.ts";
import { provePushes } from "./database/push-proof.ts";
import type { World } from "./world.ts";

/**
 * Uses the registry as clients do: what its tags name has to be what they name at the target, on every node. In the
 * operator's own repository, where one is named, an image is pushed, pulled from every node, and deleted.
 */
export async function confirm(world: World, call: Call): Promise<void> {
	const { nodes, target, testRepository, database, course } = world;
	for (const { node, client } of nodes) {
		const { identity, because } = await probeIdentity(client, target, call);
		if (identity === "another")
			throw new CutoverError(
				"needs-operator",
				`${node.name} does not serve what is at the ${course.to}: ${because}`,
			);
	}
	if (database.read() !== undefined) await provePushes(world, call);
	if (testRepository !== undefined) await tryPush(testRepository, world, call);
}

async function tryPush(
	repository: string,
	{ nodes, id, observe }: World,
	call: Call,
): Promise<void> {
	const [first] = nodes;
	if (first === undefined) return;
	const image = canaryImage({ name: `${id}/confirm` });
	await pushImage(first.client, repository, `regmigrate-${id}`, image, call);
	for (const { client } of nodes)
		await pullImage(client, repository, image.digest, call);
	try {
		await deleteImage(first.client, repository, image.digest, call);
	} catch (error) {
		if (!(error instanceof ProbeError) || error.code !== "refused") throw error;
		observe({
			type: "note",
			text: `The test image ${repository}:regmigrate-${id} stays: ${error.reason}.`,
		});
	}
}
