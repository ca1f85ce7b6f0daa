import { randomBytes } from "node:crypto";
import type { Call } from "../course/step.ts";
import { CutoverError } from "../cutover-error.ts";
import type { World } from "../world.ts";
import { BEFORE, deleteAll, isStored, pushAll, witnesses } from "./witness.ts";

/**
 * Proves where pushes go, as soon as they are taken: an image that is pushed through a node lies at the target, and not in
 * the source. Before, nothing can be pushed. Then the test images are deleted. Rejects with a `CutoverError`
 * (`needs-operator`): pushes are being lost from one storage's sight then.
 */
export async function provePushes(world: World, call: Call): Promise<void> {
	const { source, target, observe, course } = world;
	// What an earlier attempt has pushed may lie elsewhere.
	const pushed = witnesses(world, randomBytes(4).toString("hex"));
	await pushAll(pushed, call);
	for (const witness of pushed) {
		const { node, key } = witness;
		const isInSource = (await source.head(key, call)) !== undefined;
		if (isInSource || !(await isStored(witness, target, world, call)))
			throw new CutoverError(
				"needs-operator",
				`${node.name} (${node.url.origin}) takes pushes and does not store them at ${target.url}: what was just pushed through it ${isInSource ? `lies in the ${course.from}` : "does not lie there"}`,
				{
					suggestions: [
						`Stop pushes at once: take ${node.name} out of the load balancer, or end its registry. What is pushed there is missing for the other nodes.`,
						"Look at what its registry runs with: another configuration, a variable, a node behind the same URL that is not described.",
					],
				},
			);
		observe({ type: "stored", node: node.name, store: course.to });
	}
	await deleteAll([...pushed, ...witnesses(world, BEFORE)], world, call);
}
