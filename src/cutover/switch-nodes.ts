import { MARKER_KEY } from "../layout/marker.ts";
import type { RegistryNode } from "../registry/node.ts";
import { awaitEnd, type Former } from "../registry/read-only/await-end.ts";
import { awaitState } from "../registry/read-only/await-state.ts";
import { carryOut } from "../registry/read-only/carry-out.ts";
import { changeNode } from "../registry/read-only/change-node.ts";
import { lookAt } from "../registry/read-only/look.ts";
import { lookAgain } from "../registry/read-only/look-again.ts";
import type { TurnOptions } from "../registry/read-only/turn.ts";
import { turnReadOnlyOff } from "../registry/read-only/turn-off.ts";
import { flushDescriptorCaches } from "../registry/redis/flush.ts";
import { messageOf } from "../store/thrown.ts";
import type { Call } from "./course/step.ts";
import { CutoverError } from "./cutover-error.ts";
import type { Destination } from "./destination.ts";
import { requireSameLocks } from "./lock-files.ts";
import { settingsOf } from "./node-settings.ts";
import type { World } from "./world.ts";

/**
 * Switches one node after the other to the target, so that the others serve meanwhile; each has to answer, read-only,
 * before the next is touched. When all that served from the source have ended, what they remember in Redis is flushed.
 */
export async function switchNodes(world: World, call: Call): Promise<void> {
	await requireSameLocks(world, call);
	const options = turnOptions(world, call);
	const nodes = world.nodes.map(({ node }) => node);
	const formers: Former[] = [];
	for (const found of await lookAt(nodes, undefined, options)) {
		const { node, instances } = found;
		const settings = await settingsOf(node, call);
		const change = await world.destination.closed(node, call);
		if (change.files.length + change.commands.length === 0) continue;
		await changeNode(found, change, options);
		world.observe({ type: "switched", node: node.name });
		formers.push({
			node,
			instances,
			drainMs: settings.drainMs,
			toldAt: options.clock.now(),
		});
	}
	await Promise.all(formers.map((former) => awaitEnd(former, options)));
	await lookAgain(nodes, options);
	await flushCaches(world, call);
}

/** Whether every node is configured to the target, and runs with that. */
export async function isSwitched(world: World, call: Call): Promise<boolean> {
	for (const { node } of world.nodes) {
		const { files, commands } = await world.destination.closed(node, call);
		if (files.length + commands.length > 0) return false;
	}
	return true;
}

/**
 * Brings every node back to what was found, and proves it. Safe to repeat. Rejects with a `ReadOnlyError` when a node is
 * left.
 */
export async function putBack(world: World, call: Call): Promise<void> {
	const { turn, nodes } = world;
	// Nothing of it was begun, or all is back already.
	if (turn.keeper.read() === undefined) return;
	await turnReadOnlyOff(
		nodes.map(({ node }) => node),
		{ ...turnOptions(world, call), isForced: false },
	);
}

/** As `putBack`, of nodes that may serve the target. Refuses where one takes writes there: they would be lost. */
export async function switchBack(world: World, call: Call): Promise<void> {
	for (const { node } of world.nodes) {
		const { state } = await world.turn.probe(node, call);
		if (state === "writable" && (await world.destination.isReached(node, call)))
			throw new CutoverError(
				"needs-operator",
				`${node.name} takes writes on the ${world.course.to}: somebody has made it writable, and what was pushed there would be lost by going back`,
			);
	}
	await putBack(world, call);
	try {
		await flushCaches(world, call);
	} catch (error) {
		world.observe({ type: "note", text: `${messageOf(error)}.` });
	}
}

/**
 * Lets every node take writes, on the target. First all that leads back is put away: the originals of the configurations,
 * the record by which readonly off goes, and the marker by which sync would write to the target.
 */
export async function openTarget(world: World, call: Call): Promise<void> {
	const { nodes, target, turn, observe, destination, course } = world;
	for (const { node } of nodes)
		if (!(await destination.isReached(node, call)))
			throw new CutoverError(
				"needs-operator",
				`${node.name} is no longer configured to the ${course.to}: somebody has changed it back`,
				{
					suggestions: [
						`See that it takes no pushes: they would be on the ${course.from} alone. Configure it to the ${course.to} again, as the other nodes are, and run the same command again.`,
					],
				},
			);
	const options = turnOptions(world, call);
	for (const error of (await target.delete([MARKER_KEY], call)).values())
		throw error;
	for (const { node } of nodes) await destination.settle(node, call);
	turn.keeper.remove();
	for (const { node } of nodes) {
		await open(node, destination, options);
		observe({ type: "opened", node: node.name });
	}
	for (const { node } of nodes) await destination.settle(node, call);
}

async function open(
	node: RegistryNode,
	destination: Destination,
	options: TurnOptions,
): Promise<void> {
	const { signal } = options;
	const change = await destination.open(node, { signal });
	await change.write({ signal });
	await carryOut(change, node, options, signal);
	const { state, because } = await awaitState(
		node,
		"writable",
		options,
		signal,
	);
	if (state !== "writable")
		throw new CutoverError(
			"needs-operator",
			`${node.name} (${node.url.origin}) is configured to take writes, and does not: ${because}`,
		);
}

/** Whether every node takes writes, on the target. */
export async function isTargetOpen(world: World, call: Call): Promise<boolean> {
	for (const { node } of world.nodes) {
		const { state } = await world.turn.probe(node, call);
		if (
			state !== "writable" ||
			!(await world.destination.isReached(node, call))
		)
			return false;
	}
	return true;
}

async function flushCaches(world: World, { signal }: Call): Promise<void> {
	const { nodes, isSharedRedis: isSharedAccepted, observe } = world;
	for (const { node } of nodes) {
		const settings = await settingsOf(node, { signal });
		const { host } = node;
		const flushed = await flushDescriptorCaches(settings, {
			...{ host, isSharedAccepted, signal },
		});
		if (flushed !== undefined) observe({ type: "flushed", ...flushed });
	}
}

/** Approval is the cutover's. */
function turnOptions({ turn }: World, { signal }: Call): TurnOptions {
	return { ...turn, approve: async () => true, signal };
}
