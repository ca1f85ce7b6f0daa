import { livePasses, planDeletes } from "../before/catch-up.ts";
import type { Call } from "../course/step.ts";
import type { Delta } from "../delta.ts";
import { finalPass } from "../passes.ts";
import { requireUnchanged } from "./require-unchanged.ts";
import type { RollbackWorld } from "./rollback-world.ts";
import { summarizeTags } from "./tag-summary.ts";

/**
 * Copies back while the registry is in use, until the next pass is short; and tells what has become of tags. The first pass
 * lists the old source: what somebody has collected there is copied back.
 */
export async function catchUpBack(
	world: RollbackWorld,
	call: Call,
): Promise<void> {
	await requireUnchanged(world, call);
	world.renewIndex();
	await livePasses(world, call);
	await planDeletes(world, call);
	tellTags(world);
}

/** The last pass back, under read-only. What it changes is added to the delta. */
export async function mergeBack(
	world: RollbackWorld,
	delta: Delta,
	call: Call,
): Promise<void> {
	await requireUnchanged(world, call);
	await finalPass(world, delta, call);
}

function tellTags({ base, pass, observe }: RollbackWorld): void {
	if (pass.indexPath === undefined) return;
	observe({ type: "tags", tags: summarizeTags(base, pass.indexPath) });
}
