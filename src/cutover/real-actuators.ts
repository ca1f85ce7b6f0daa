import { lookAgain } from "../registry/read-only/look-again.ts";
import { turnReadOnlyOn } from "../registry/read-only/turn-on.ts";
import type { Actuators } from "./actuators.ts";
import { removeCanary, tryCanary } from "./canary.ts";
import { confirm } from "./confirm.ts";
import { type Delta, verifyDelta } from "./delta.ts";
import { fenceSource } from "./fence/fence-source.ts";
import { keepBase } from "./keep-base.ts";
import { catchUp, finalPass, requireStill } from "./passes.ts";
import { preflight } from "./preflight.ts";
import type { Call } from "./step.ts";
import {
	isSwitched,
	isTargetOpen,
	openTarget,
	putBack,
	switchBack,
	switchNodes,
} from "./switch-nodes.ts";
import { watched } from "./watched.ts";
import type { World } from "./world.ts";

/** Does what the steps say. */
export function realActuators(world: World): Actuators {
	/** What the last pass has changed; `undefined`: it was another process's, or none was made. */
	let delta: Delta | undefined;
	return {
		preflight: (call) => preflight(world, call),
		catchUp: (call) => catchUp(world, call),
		approve: ({ signal }) => world.approve(signal),
		makeReadOnly: (call) => makeReadOnly(world, call),
		isReadOnly: (call) => isReadOnly(world, call),
		putBack: (call) => putBack(world, call),
		async finalPass(call) {
			delta = await finalPass(world, call);
		},
		verifyDelta: (call) => verifyDelta(world, delta, call),
		requireStill: (call) => requireStill(world, call),
		switchNodes: (call) => switchNodes(world, call),
		isSwitched: (call) => isSwitched(world, call),
		switchBack: (call) => switchBack(world, call),
		tryCanary: (call) => tryCanary(world, call),
		removeCanary: () => removeCanary(world),
		keepBase: () => keepBase(world),
		openTarget: (call) => openTarget(world, call),
		isTargetOpen: (call) => isTargetOpen(world, call),
		confirm: (call) => confirm(world, call),
		fenceSource: (call) => fenceSource(world, call),
		watched: (act, call) => watched(world, act, call),
	};
}

async function makeReadOnly(world: World, { signal }: Call): Promise<void> {
	const approve = async () => true;
	await turnReadOnlyOn(nodesOf(world), { ...world.turn, approve, signal });
}

async function isReadOnly(world: World, { signal }: Call): Promise<boolean> {
	const approve = async () => true;
	const isRecorded = world.turn.keeper
		.read()
		?.nodes.every(({ stage }) => stage === "proven");
	if (isRecorded !== true) return false;
	await lookAgain(nodesOf(world), { ...world.turn, approve, signal });
	return true;
}

function nodesOf({ nodes }: World) {
	return nodes.map(({ node }) => node);
}
