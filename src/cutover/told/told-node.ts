import { maskedDiff } from "../../registry/masking/masked-diff.ts";
import type { Call, Change, RegistryNode } from "../../registry/node.ts";
import type { EventRecord } from "./event-record.ts";

export interface ToldNodeOptions {
	/** Texts that are secrets wherever they stand, beside those that are found (I7). */
	readonly secrets: readonly string[];
	/** Told when a node's configuration was written. */
	readonly tell: (
		event: Omit<Extract<EventRecord, { type: "configured" }>, "at" | "id">,
	) => void;
}

/** Longest difference that is told (characters); of a longer one, its beginning. */
const MAX_DIFF = 32 * 1024;

/** A node that tells what is changed in its configuration, without secrets, whenever it is. */
export function toldNode(
	node: RegistryNode,
	{ secrets, tell }: ToldNodeOptions,
): RegistryNode {
	const told = (change: Change): Change => ({
		files: change.files,
		commands: change.commands,
		notes: change.notes,
		async write(call?: Call) {
			await change.write(call);
			const diff = maskedDiff(change.files, { secrets });
			if (diff === "") return;
			tell({
				type: "configured",
				node: node.name,
				diff: diff.slice(0, MAX_DIFF),
				commands: [...change.commands],
			});
		},
		activate: (call) => change.activate(call),
	});
	return {
		name: node.name,
		host: node.host,
		url: node.url,
		settings: (call) => node.settings(call),
		change: async (settings, call) => told(await node.change(settings, call)),
		undo: async (call) => told(await node.undo(call)),
		accept: (name, call) => node.accept(name, call),
		restore: async (name, options, call) =>
			told(await node.restore(name, options, call)),
		instances: (call) => node.instances(call),
		remaining: (instances, call) => node.remaining(instances, call),
	};
}
