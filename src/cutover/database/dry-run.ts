import { PAUSED } from "../../registry/meanwhile.ts";
import type { Actuators } from "../actuators.ts";
import { changeSentences } from "../change-sentences.ts";
import type { World } from "../world.ts";

type Say = (sentence: string) => void;

/** Says what the steps of a registry with a metadata database would do. */
export function dryRunOfDatabase(
	world: World,
	say: Say,
): Pick<
	Actuators,
	| "hasDatabase"
	| "pushWitnesses"
	| "removeWitnesses"
	| "pauseCollection"
	| "isCollectionPaused"
	| "undoPause"
	| "resumeCollection"
	| "isCollectionResumed"
> {
	const { nodes, database, testRepository } = world;
	const nothing = async () => {};
	const isSo = async () => true;
	return {
		hasDatabase: () => database.read() !== undefined,
		async pushWitnesses() {
			say(
				`Would push a small image through each node to ${testRepository}, and look for its layer in ${world.source.url}.`,
			);
		},
		removeWitnesses: nothing,
		async pauseCollection(call) {
			for (const { node } of nodes)
				for (const sentence of changeSentences(
					node.name,
					await node.change(PAUSED, call),
				))
					say(sentence);
		},
		isCollectionPaused: isSo,
		undoPause: nothing,
		async resumeCollection() {
			const names =
				database
					.read()
					?.nodes.filter(
						({ onlineGarbageCollection }) => onlineGarbageCollection,
					)
					.map(({ name }) => name) ?? [];
			say(
				names.length === 0
					? "Would leave online garbage collection disabled, as it is."
					: `Would enable online garbage collection again, and restart ${names.join(", ")} once more.`,
			);
		},
		isCollectionResumed: isSo,
	};
}

/** In place of an image that lies at the target alone. */
export function sayWitnesses({ nodes, target }: World, say: Say): void {
	say(
		`Would take the layers of the pushed images away from ${target.url}, have each of ${nodes.map(({ node }) => node.name).join(", ")} say that it lacks them, put them there again, and pull the images.`,
	);
}
