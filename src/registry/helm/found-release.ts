import { setTimeout as sleep } from "node:timers/promises";
import type { Call } from "../node.ts";
import { type KeptRelease, readKept } from "./kept-release.ts";
import { type RegistryWorkload, readWorkload } from "./registry-workload.ts";
import { type ReleaseState, readRelease, readValues } from "./release.ts";
import type { ReleaseAccess } from "./release-access.ts";
import { judgeStatus, requireChangeable } from "./release-refusal.ts";
import type { Values } from "./values-tree.ts";

/** How long an upgrade that is under way is waited for (ms), and how often it is looked at meanwhile. */
const BUSY_TIMEOUT_MS = 60_000;
const BUSY_POLL_MS = 500;

/** A release as it was found. Secrets inside (I7). */
export interface FoundRelease {
	readonly state: ReleaseState;
	readonly values: Values;
	readonly workload: RegistryWorkload;
	readonly kept: KeptRelease | undefined;
}

/**
 * Looks at a release that is about to be changed; where an upgrade is under way, after that. Rejects as `requireChangeable`
 * does, and with what it is read by.
 */
export async function lookAt(
	access: ReleaseAccess,
	isUndo: boolean,
	call: Call | undefined,
): Promise<FoundRelease> {
	const state = await readSettled(access, call);
	requireChangeable(access, state, isUndo);
	return {
		state,
		values: await readValues(access, call),
		workload: await readWorkload(access, call),
		kept: await readKept(access, call),
	};
}

/** A helm that we have begun goes on by itself where we were killed: who runs the same again soon is not to be refused for that. */
async function readSettled(
	access: ReleaseAccess,
	call: Call = {},
): Promise<ReleaseState> {
	const deadline = performance.now() + BUSY_TIMEOUT_MS;
	for (;;) {
		const state = await readRelease(access, call);
		const isBusy = judgeStatus(state.status) === "busy";
		if (!isBusy || performance.now() > deadline) return state;
		await sleep(BUSY_POLL_MS, undefined, { signal: call.signal });
	}
}
