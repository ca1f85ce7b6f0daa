import { lookAgain } from "../registry/read-only/look-again.ts";
import { turnReadOnlyOn } from "../registry/read-only/turn-on.ts";
import type { Actuators, CourseActuators } from "./actuators.ts";
import { announceEnd, announceOpening } from "./announce.ts";
import { catchUp } from "./before/catch-up.ts";
import { predict, rehearsedRestart } from "./before/predict.ts";
import { preflight } from "./before/preflight.ts";
import { rehearse } from "./before/rehearse.ts";
import { removeCanary, tryCanary } from "./canary.ts";
import { confirm } from "./confirm.ts";
import type { Call } from "./course/step.ts";
import {
	isCollectionPaused,
	isCollectionResumed,
	pauseCollection,
	resumeCollection,
	undoPause,
} from "./database/collection.ts";
import { pushWitnesses, removeWitnesses } from "./database/source-proof.ts";
import { verifyDelta } from "./delta.ts";
import { fenceSource } from "./fence/fence-source.ts";
import { keepBase } from "./keep-base.ts";
import { finalPass, requireStill } from "./passes.ts";
import { PullPolls } from "./pulls/pull-polls.ts";
import { STEPS } from "./steps.ts";
import {
	isSwitched,
	isTargetOpen,
	openTarget,
	putBack,
	switchBack,
	switchNodes,
} from "./switch-nodes.ts";
import { watched } from "./watched.ts";
import { WindowDelta } from "./window-delta.ts";
import type { CutoverWorld, World } from "./world.ts";

/** Does what the steps of a cutover say, until the scope is disposed. */
export function realActuators(
	world: CutoverWorld,
	scope: AsyncDisposableStack,
): Actuators {
	let { restart } = world;
	const delta = new WindowDelta(world, !world.isVerifiedLive);
	const course = courseActuators(world, scope);
	return {
		...course,
		preflight: (call) => preflight(world, call),
		async rehearse(call) {
			const ms = await rehearse(world, call);
			if (ms !== undefined && restart.from === "assumed")
				restart = rehearsedRestart(ms);
		},
		async catchUp(call) {
			const caughtUp = await catchUp(world, call);
			delta.note(caughtUp.doubtful);
			const doubtful = caughtUp.doubtful.size;
			await predict(STEPS, world, { ...caughtUp, doubtful, restart }, call);
		},
		async finalPass(call) {
			await finalPass(world, delta.begin(), call);
		},
		verifyDelta: (call) => verifyDelta(world, delta.known, call),
		keepBase: () => keepBase(world),
		fenceSource: (call) => fenceSource(world, call),
	};
}

type Act = (call: Call) => Promise<void>;

/** What is done the same in every course, whichever way it leads. What goes on beside the steps ends with the scope. */
export function courseActuators(
	world: World,
	scope: AsyncDisposableStack,
): Omit<CourseActuators, "catchUp" | "finalPass" | "verifyDelta"> {
	const polls = scope.use(
		new PullPolls(
			world.nodes.map(({ node, client }) => ({ name: node.name, client })),
			{ store: world.source, repository: world.repository },
		),
	);
	/** From the first of these on, whichever process begins with it, pulls are polled until the end is announced. */
	const polled = (act: Act) => async (call: Call) => {
		await polls.begin(call);
		await act(call);
	};
	return {
		approve: ({ signal }) => world.approve(signal),
		hasDatabase: () => world.database.read() !== undefined,
		pushWitnesses: (call) => pushWitnesses(world, call),
		removeWitnesses: (call) => removeWitnesses(world, call),
		pauseCollection: (call) => pauseCollection(world, call),
		isCollectionPaused: (call) => isCollectionPaused(world, call),
		undoPause: (call) => undoPause(world, call),
		resumeCollection: (call) => resumeCollection(world, call),
		isCollectionResumed: (call) => isCollectionResumed(world, call),
		announceOpening: (call) => announceOpening(world, call),
		async announceEnd(outcome, call) {
			const pulls = await polls.end();
			if (pulls !== undefined) world.observe({ type: "pulls", ...pulls });
			await announceEnd(world, outcome, call);
		},
		makeReadOnly: polled((call) => makeReadOnly(world, call)),
		isReadOnly: (call) => isReadOnly(world, call),
		putBack: polled((call) => putBack(world, call)),
		requireStill: (call) => requireStill(world, call),
		switchNodes: polled((call) => switchNodes(world, call)),
		isSwitched: (call) => isSwitched(world, call),
		switchBack: polled((call) => switchBack(world, call)),
		tryCanary: (call) => tryCanary(world, call),
		removeCanary: () => removeCanary(world),
		openTarget: polled((call) => openTarget(world, call)),
		isTargetOpen: (call) => isTargetOpen(world, call),
		confirm: (call) => confirm(world, call),
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
