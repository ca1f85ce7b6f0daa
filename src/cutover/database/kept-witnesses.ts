import { ProbeError } from "../../registry/probe/probe-error.ts";
import { pullImage } from "../../registry/probe/pull.ts";
import type { Call } from "../course/step.ts";
import { CutoverError } from "../cutover-error.ts";
import type { World } from "../world.ts";
import { BEFORE, witnesses } from "./witness.ts";

/**
 * Requires that every node still serves the test image that was pushed through it when the cutover began: what a rollback
 * needs of them where the cutover was left half-way, and nodes may not take pushes. They stay for whoever goes on. Rejects with
 * a `CutoverError` (`refused`).
 */
export async function requireWitnesses(
	world: World,
	call: Call,
): Promise<void> {
	for (const { node, client, repository, tag, image } of witnesses(
		world,
		BEFORE,
	))
		await pullImage(client, repository, image.digest, call).catch(
			(error: unknown) => {
				if (!(error instanceof ProbeError)) throw error;
				throw new CutoverError(
					"refused",
					`${node.name} (${node.url.origin}) does not serve ${repository}:${tag}, which its cutover has pushed, so that it cannot be proven which storage it uses: ${error.reason}`,
					{
						suggestions: [
							"Run cutover again: it goes on. Once it has ended, rollback needs none of its images.",
						],
						cause: error,
					},
				);
			},
		);
}
