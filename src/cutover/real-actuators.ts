import { watchWrites } from "../registry/probe/watch-writes.ts";
import { lookAgain } from "../registry/read-only/look-again.ts";
import { turnReadOnlyOn } from "../registry/read-only/turn-on.ts";
import type { Actuators } from "./actuators.ts";
import { removeCanary, tryCanary } from "./canary.ts";
import { confirm } from "./confirm.ts";
import { CutoverError } from "./cutover-error.ts";
import { type Delta, verifyDelta } from "./delta.ts";
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

/**
 * Probes every node while something is done, and gives that up when one takes writes: whatever was proven of the source
 * since is not so any more. A node that answers nothing may be restarting.
 */
async function watched(
	{ nodes, repository }: World,
	act: (call: Call) => Promise<void>,
	{ signal }: Call,
): Promise<void> {
	const seen = new AbortController();
	const ended = new AbortController();
	const watch = watchWrites(
		nodes.map(({ node, client }) => ({ name: node.name, client, repository })),
		{
			signal: ended.signal,
			observe: ({ node, state }) => {
				if (state.state !== "writable") return;
				seen.abort(
					new CutoverError(
						"unproven",
						`${node} takes writes again in the middle of the cutover: ${state.because}`,
						{
							suggestions: [
								"Keep configuration management (Puppet, Chef, Ansible) and other administrators from it until the cutover has ended.",
							],
						},
					),
				);
			},
		},
	);
	try {
		await act({
			signal:
				signal === undefined
					? seen.signal
					: AbortSignal.any([signal, seen.signal]),
		});
	} finally {
		ended.abort();
		await watch;
	}
	seen.signal.throwIfAborted();
}

function nodesOf({ nodes }: World) {
	return nodes.map(({ node }) => node);
}
