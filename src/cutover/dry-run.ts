import { dirname } from "node:path";
import { lookAt } from "../registry/read-only/look.ts";
import { planOn } from "../registry/read-only/plan-on.ts";
import { isWhole } from "../sync/events.ts";
import { sync } from "../sync/pass.ts";
import { PassClock } from "../sync/pass-timing.ts";
import type { Actuators } from "./actuators.ts";
import { dryRunOfHooks } from "./announce-dry-run.ts";
import { guardShare } from "./before/planned-deletes.ts";
import { predict } from "./before/predict.ts";
import { preflight } from "./before/preflight.ts";
import { rehearse } from "./before/rehearse.ts";
import { changeSentences } from "./change-sentences.ts";
import { dryRunOfDatabase, sayWitnesses } from "./database/dry-run.ts";
import { fencePlan } from "./fence/fence-source.ts";
import { settingsOf, switched } from "./node-settings.ts";
import { STEPS } from "./steps.ts";
import type { CutoverWorld } from "./world.ts";

/** Says what the steps would do, by sentences, and changes nothing. What can be looked at is looked at. */
export function dryRunActuators(
	world: CutoverWorld,
	say: (sentence: string) => void,
): Actuators {
	const { source, target, nodes } = world;
	const nothing = async () => {};
	return {
		preflight: (call) => preflight(world, call),
		async rehearse(call) {
			await rehearse(world, call);
		},
		...dryRunOfDatabase(world, say),
		async catchUp({ signal }) {
			const clock = new PassClock(() => performance.now());
			const result = await sync(source, target, {
				...world.pass,
				isDryRun: true,
				observe: (event) => clock.observe(event),
				deletes: { approve: () => true, maxObjects: world.maxDeletes },
				signal,
			});
			guardShare(result, world.maxDeletes, world.course);
			const deletes = result.deletePlan?.objects ?? result.extra;
			say(
				`Would copy ${result.copied.objects} objects from ${source.url} to ${target.url} while the registry is in use, pass after pass until the next one takes no longer than ${world.passWithinMs / 1000} s.`,
			);
			say(`The last pass would delete ${deletes} objects there, as of now.`);
			if (!isWhole(result))
				say("Not all of the source could be looked at: run sync --dry-run.");
			if (world.isVerifiedLive)
				say(
					"Would compare all of the target with the source, while the registry is in use.",
				);
			say(`Would write the plan of those deletes to ${world.deletePlanPath}.`);
			// What is copied and deleted in the window is not known before all has been copied once.
			const { readMs } = clock.timing();
			const next = { listMs: 0, readMs, copyMs: 0, deleteMs: 0 };
			const { restart } = world;
			await predict(
				STEPS,
				world,
				{ next, doubtful: 0, deletes, restart },
				{ signal },
			);
		},
		approve: async () => true,
		...dryRunOfHooks(world.hooks, say),
		async makeReadOnly({ signal }) {
			const all = nodes.map(({ node }) => node);
			const found = await lookAt(all, undefined, { ...world.turn, signal });
			for (const { node, change } of await planOn(found, signal))
				for (const sentence of changeSentences(node.name, change))
					say(sentence);
			say("Would wait until no process is left that served a node before.");
		},
		isReadOnly: async () => true,
		putBack: nothing,
		async finalPass() {
			say(`Would copy what has changed meanwhile, and delete what is gone.`);
		},
		async verifyDelta() {
			say("Would read again what that pass has changed, on both sides.");
		},
		async requireStill() {
			say("Would look through the source: nothing may have changed there.");
		},
		async switchNodes(call) {
			for (const { node } of nodes) {
				const change = await world.destination.closed(node, call);
				for (const sentence of changeSentences(node.name, change))
					say(sentence);
			}
			say("Would flush what nodes remember of blobs in Redis, where they do.");
		},
		isSwitched: async () => true,
		switchBack: nothing,
		async tryCanary() {
			if (world.database.read() !== undefined) {
				sayWitnesses(world, say);
				return;
			}
			say(
				`Would put an image of three blobs into ${target.url}, pull it from each of ${nodes.map(({ node }) => node.name).join(", ")}, and remove it.`,
			);
		},
		removeCanary: nothing,
		async keepBase() {
			say(`Would note what is on both sides in ${dirname(world.basePath)}.`);
		},
		async openTarget(call) {
			say(
				`Would remove the marker from ${target.url}, so that sync does not write there any more; and put the configurations of before aside, for rollback.`,
			);
			for (const { node } of nodes) {
				const asked = switched(await settingsOf(node, call), world);
				const change = await node.change({ ...asked, readOnly: false }, call);
				for (const sentence of changeSentences(node.name, change))
					say(sentence);
			}
		},
		isTargetOpen: async () => true,
		async confirm() {
			say(
				world.testRepository === undefined
					? "Would compare a few tags of each node with the target."
					: `Would compare a few tags of each node with the target, and push, pull and delete an image in ${world.testRepository}.`,
			);
		},
		async fenceSource() {
			say(fencePlan(world));
		},
		watched: (act, call) => act(call),
	};
}
