import type { Call, Change, RegistryNode } from "../registry/node.ts";
import { settingsOf, switched } from "./node-settings.ts";
import type { DatabaseNotes, TargetSettings } from "./world.ts";

/** What the nodes of a registry are configured to in the end. */
export interface Destination {
	/** Works out what has to be done so that a node is configured to it, and refuses writes. Changes nothing. */
	closed(node: RegistryNode, call: Call): Promise<Change>;
	/** Works out what has to be done so that a node that is configured to it takes writes. Changes nothing. */
	open(node: RegistryNode, call: Call): Promise<Change>;
	/** Whether a node is configured to it, taking writes or not. */
	isReached(node: RegistryNode, call: Call): Promise<boolean>;
	/**
	 * Works out what has to be done so that a node of a registry with a metadata database that is configured to it, and takes
	 * writes, removes garbage by itself if it did; `undefined`: nothing. Changes nothing.
	 */
	collecting(node: RegistryNode, call: Call): Promise<Change | undefined>;
	/** Makes that configuration the one that there is to go back to. Safe to repeat. */
	settle(node: RegistryNode, call: Call): Promise<void>;
}

/** A cutover's: the target. What was accepted before is kept under the cutover's id, for a rollback. */
export function targetDestination(
	settings: TargetSettings,
	database: DatabaseNotes,
	id: string,
): Destination {
	return {
		closed: async (node, call) =>
			await node.change(
				switched(await settingsOf(node, call), { settings, database }),
				call,
			),
		open: (node, call) => node.change({ readOnly: false }, call),
		isReached: async (node, call) =>
			(await node.change(settings, call)).files.length === 0,
		collecting: async (node, call) =>
			database
				.read()
				?.nodes.some(
					({ name, onlineGarbageCollection }) =>
						name === node.name && onlineGarbageCollection,
				)
				? await node.change({ onlineGarbageCollection: true }, call)
				: undefined,
		settle: (node, call) => node.accept(id, call),
	};
}
