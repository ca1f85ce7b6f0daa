import type { Call } from "../node.ts";
import { type KeptRelease, readKept } from "./kept-release.ts";
import { type RegistryWorkload, readWorkload } from "./registry-workload.ts";
import { type ReleaseState, readRelease, readValues } from "./release.ts";
import type { ReleaseAccess } from "./release-access.ts";
import { requireChangeable } from "./release-refusal.ts";
import type { Values } from "./values-tree.ts";

/** A release as it was found. Secrets inside (I7). */
export interface FoundRelease {
	readonly state: ReleaseState;
	readonly values: Values;
	readonly workload: RegistryWorkload;
	readonly kept: KeptRelease | undefined;
}

/** Looks at a release that is about to be changed. Rejects as `requireChangeable` does, and with what it is read by. */
export async function lookAt(
	access: ReleaseAccess,
	isUndo: boolean,
	call: Call | undefined,
): Promise<FoundRelease> {
	const state = await readRelease(access, call);
	requireChangeable(access, state, isUndo);
	return {
		state,
		values: await readValues(access, call),
		workload: await readWorkload(access, call),
		kept: await readKept(access, call),
	};
}
