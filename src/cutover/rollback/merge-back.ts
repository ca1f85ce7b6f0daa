import { livePasses, planDeletes } from "../before/catch-up.ts";
import { predict } from "../before/predict.ts";
import type { Call } from "../course/step.ts";
import type { Delta } from "../delta.ts";
import { finalPass } from "../passes.ts";
import { requireUnchanged } from "./require-unchanged.ts";
import { ROLLBACK_STEPS } from "./rollback-steps.ts";
import type { RollbackWorld } from "./rollback-world.ts";
import { summarizeTags } from "./tag-summary.ts";

/**
 * Copies back while the registry is in use, until the next pass is short; tells what has become of tags, and how long
 * pushes will be refused. The first pass lists the old source: what somebody has collected there is copied back. Rejects with
 * a `CutoverError` (`refused`) where that would be longer than what is allowed.
 */
export async function catchUpBack(
	world: RollbackWorld,
	call: Call,
): Promise<void> {
	const { clock } = world.turn;
	const began = clock.now();
	await requireUnchanged(world, call);
	const lookMs = clock.now() - began;
	world.renewIndex();
	const next = await livePasses(world, call);
	const deletes = await planDeletes(world, call);
	tellTags(world);
	const { restart } = world;
	const known = { lookMs, next, deletes, doubtful: 0, restart };
	await predict(ROLLBACK_STEPS, world, known, call);
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

function tellTags({ base, pass, database, observe }: RollbackWorld): void {
	// With a database no tag is in a storage, but those from before it.
	if (pass.indexPath === undefined || database.read() !== undefined) return;
	observe({ type: "tags", tags: summarizeTags(base, pass.indexPath) });
}
