import { requireWitnesses } from "../database/kept-witnesses.ts";
import { verifyDelta } from "../delta.ts";
import {
	fenceSource,
	forgetFence,
	isFenced,
	unfenceSource,
} from "../fence/fence-source.ts";
import { courseActuators } from "../real-actuators.ts";
import { WindowDelta } from "../window-delta.ts";
import { catchUpBack, mergeBack, requireBothStill } from "./merge-back.ts";
import { preflight } from "./preflight.ts";
import type { RollbackActuators } from "./rollback-steps.ts";
import type { RollbackWorld } from "./rollback-world.ts";

/** Does what the steps of a rollback say, until the scope is disposed. */
export function rollbackActuators(
	world: RollbackWorld,
	scope: AsyncDisposableStack,
): RollbackActuators {
	const course = courseActuators(world, scope);
	/** The old source, as the cutover knows it, and has fenced it. */
	const fenced = {
		...{ source: world.oldSource, observe: world.observe },
		fencePath: world.unfencePath,
	};
	const delta = new WindowDelta(world);
	return {
		...course,
		async pushWitnesses(call) {
			if (world.hasWitnesses) await requireWitnesses(world, call);
			else await course.pushWitnesses(call);
		},
		async removeWitnesses(call) {
			// A cutover that goes on needs its own.
			if (!world.hasWitnesses) await course.removeWitnesses(call);
		},
		async preflight(call) {
			await world.takeOver(call);
			await preflight(world, call);
		},
		isFenced: () => isFenced(fenced),
		unfence: (call) => unfenceSource(fenced, { ...call, isForNow: true }),
		async fence(call) {
			await fenceSource({ ...fenced, fencePath: world.fencePath }, call);
			forgetFence(fenced);
		},
		async catchUp(call) {
			await catchUpBack(world, call);
			// What was copied was proven on its way.
			delta.note([]);
		},
		async finalPass(call) {
			await mergeBack(world, delta.begin(), call);
		},
		verifyDelta: (call) => verifyDelta(world, delta.known, call),
		requireStill: (call) => requireBothStill(world, call),
		async openTarget(call) {
			world.endCutover();
			forgetFence(fenced);
			await course.openTarget(call);
		},
	};
}
