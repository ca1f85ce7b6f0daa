import type { Call } from "../course/step.ts";
import { CutoverError } from "../cutover-error.ts";
import type { World } from "../world.ts";
import { BEFORE, deleteAll, isStored, pushAll, witnesses } from "./witness.ts";

/**
 * Proves that every node of a registry with a metadata database uses the source: what is pushed through it lies there. Its
 * tags cannot be compared with the storage, which holds none. The images stay for `tryWitnesses`. Rejects with a
 * `CutoverError`.
 */
export async function pushWitnesses(world: World, call: Call): Promise<void> {
	const { database, source, observe, course } = world;
	if (database.read() === undefined) return;
	const pushed = witnesses(world, BEFORE);
	await pushAll(pushed, call);
	for (const witness of pushed) {
		const { node } = witness;
		if (!(await isStored(witness, source, world, call)))
			throw new CutoverError(
				"refused",
				`${node.name} does not use ${source.url}: an image that was pushed through it does not lie there`,
				{
					suggestions: [
						"Check that the URL is that of the registry on this storage, and the storage the one that its configuration names.",
					],
				},
			);
		observe({ type: "stored", node: node.name, store: course.from });
	}
}

/** Deletes the images again, of a registry that takes writes. */
export async function removeWitnesses(world: World, call: Call): Promise<void> {
	if (world.database.read() === undefined) return;
	await deleteAll(witnesses(world, BEFORE), world, call);
}
