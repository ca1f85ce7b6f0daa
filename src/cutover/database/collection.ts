import { PAUSED } from "../../registry/meanwhile.ts";
import type { Former } from "../../registry/read-only/await-end.ts";
import type { Call } from "../course/step.ts";
import { CutoverError } from "../cutover-error.ts";
import { settingsOf } from "../node-settings.ts";
import type { World } from "../world.ts";
import { requireGone, restart } from "./restart.ts";

/**
 * Stops the registry from removing garbage while it is copied, which it does by itself where its metadata are in a database,
 * read-only or not; and pins the database. One node after the other is restarted, so that the others serve. Nothing can be
 * asked from outside whether it is so: what is believed is the configuration, and that all who had read another have ended.
 * Rejects with a `CutoverError`.
 */
export async function pauseCollection(world: World, call: Call): Promise<void> {
	if (world.database.read() === undefined) return;
	const formers: Former[] = [];
	for (const { node } of world.nodes) {
		const change = await node.change(PAUSED, call);
		const former = await restart(node, change, world, call);
		if (former !== undefined) formers.push(former);
		world.observe({ type: "collection", node: node.name, isOn: false });
	}
	await requireGone(formers, world, call);
	if (!(await isCollectionPaused(world, call)))
		throw new CutoverError(
			"unproven",
			"online garbage collection is not stopped on every node, though it was configured so: it would remove blobs while they are copied",
			{
				suggestions: [
					"Set gc.disabled (registry['gc'] = { 'disabled' => true } in gitlab.rb) and database.enabled on every node yourself, restart it, and run this again.",
				],
			},
		);
}

/** Whether it is stopped on every node; so where there is none. */
export async function isCollectionPaused(
	world: World,
	call: Call,
): Promise<boolean> {
	if (world.database.read() === undefined) return true;
	for (const { node } of world.nodes) {
		const settings = await settingsOf(node, call);
		if (settings.database !== "on" || settings.onlineGarbageCollection)
			return false;
	}
	return true;
}

/**
 * Brings every node back to what was found before. Where read-only has been undone, that is so already: it leads back to the
 * same original.
 */
export async function undoPause(world: World, call: Call): Promise<void> {
	if (world.database.read() === undefined) return;
	for (const { node } of world.nodes)
		await restart(node, await node.undo(call), world, call);
}

/**
 * Has each node remove garbage again that did before; the others stay as they are. Nothing is copied any more then, and that
 * every node uses the target is proven: what it removes is not needed, and of the target.
 */
export async function resumeCollection(
	world: World,
	call: Call,
): Promise<void> {
	const { nodes, destination, observe } = world;
	for (const { node } of nodes) {
		const change = await destination.collecting(node, call);
		if (change === undefined) continue;
		const former = await restart(node, change, world, call);
		// What an earlier run has left is tidied up.
		if (former === undefined) await change.activate(call);
		await destination.settle(node, call);
		const { onlineGarbageCollection: isOn } = await settingsOf(node, call);
		observe({ type: "collection", node: node.name, isOn });
	}
}

/** Whether each node removes garbage that did before. */
export async function isCollectionResumed(
	{ nodes, destination }: World,
	call: Call,
): Promise<boolean> {
	for (const { node } of nodes) {
		const change = await destination.collecting(node, call);
		if (change === undefined) continue;
		if (change.files.length + change.commands.length > 0) return false;
	}
	return true;
}
