import { lookAt } from "../../registry/read-only/look.ts";
import { planOn } from "../../registry/read-only/plan-on.ts";
import { dryRunOfHooks } from "../announce-dry-run.ts";
import { changeSentences } from "../change-sentences.ts";
import { dryRunOfDatabase, sayWitnesses } from "../database/dry-run.ts";
import { isFenced } from "../fence/fence-source.ts";
import { preflight } from "./preflight.ts";
import type { RollbackActuators } from "./rollback-steps.ts";
import type { RollbackWorld } from "./rollback-world.ts";

/** Says what the steps of a rollback would do, by sentences, and changes nothing. What can be looked at is looked at. */
export function dryRunOfRollback(
	world: RollbackWorld,
	say: (sentence: string) => void,
): RollbackActuators {
	const { source, oldSource, nodes, destination } = world;
	const nothing = async () => {};
	const always = async () => true;
	return {
		preflight: (call) => preflight(world, call),
		...dryRunOfDatabase(world, say),
		async resumeCollection() {
			say(
				"Would then give each node all of its configuration of before, and restart it once more where it differs.",
			);
		},
		isFenced: () =>
			isFenced({ source: oldSource, fencePath: world.unfencePath }),
		async unfence() {
			say(`Would let ${oldSource.url} be written again.`);
		},
		fence: nothing,
		async catchUp() {
			say(
				`Would copy what was pushed since the cutover from ${source.url} to ${oldSource.url} while the registry is in use, pass after pass until the next one takes no longer than ${world.passWithinMs / 1000} s; and say which tags were moved and deleted.`,
			);
		},
		approve: always,
		...dryRunOfHooks(world.hooks, say),
		async makeReadOnly({ signal }) {
			const all = nodes.map(({ node }) => node);
			const found = await lookAt(all, undefined, { ...world.turn, signal });
			for (const { node, change } of await planOn(found, signal))
				for (const sentence of changeSentences(node.name, change))
					say(sentence);
		},
		isReadOnly: always,
		putBack: nothing,
		async finalPass() {
			say(
				"Would copy back what was done meanwhile, and delete the links there that are gone; never a blob.",
			);
		},
		async verifyDelta() {
			say("Would read again what that has changed, on both sides.");
		},
		async requireStill() {
			say(`Would look through ${source.url}: nothing may have changed there.`);
		},
		async switchNodes(call) {
			for (const { node } of nodes)
				for (const sentence of changeSentences(
					node.name,
					await destination.closed(node, call),
				))
					say(sentence);
			say("Would flush what nodes remember of blobs in Redis, where they do.");
		},
		isSwitched: always,
		switchBack: nothing,
		async tryCanary() {
			if (world.database.read() !== undefined) {
				sayWitnesses(world, say);
				return;
			}
			say(
				`Would put an image of three blobs into ${oldSource.url}, pull it from each of ${nodes.map(({ node }) => node.name).join(", ")}, and remove it.`,
			);
		},
		removeCanary: nothing,
		async openTarget(call) {
			for (const { node } of nodes)
				for (const sentence of changeSentences(
					node.name,
					await destination.open(node, call),
				))
					say(sentence);
		},
		isTargetOpen: always,
		async confirm() {
			say("Would compare a few tags of each node with the old source.");
		},
		watched: (act, call) => act(call),
	};
}
