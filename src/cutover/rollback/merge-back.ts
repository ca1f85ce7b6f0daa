import { livePasses, planDeletes } from "../before/catch-up.ts";
import { predict } from "../before/predict.ts";
import type { Call } from "../course/step.ts";
import { CutoverError } from "../cutover-error.ts";
import type { Delta } from "../delta.ts";
import { finalPass, type PassWorld, requireStill } from "../passes.ts";
import { collectedBlob } from "./collected-blob.ts";
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

/** What the last pass back, and the looks after it, need of the world. */
type MergeWorld = PassWorld & Pick<RollbackWorld, "oldSource" | "base">;

/** The last pass back, under read-only. What it changes is added to the delta. */
export async function mergeBack(
	world: MergeWorld,
	delta: Delta,
	call: Call,
): Promise<void> {
	await requireUnchanged(world, call);
	// What somebody has collected there since is copied back once more.
	const relist = (await collectedBlob(world, call)) !== undefined;
	await finalPass(world, delta, call, { relist });
}

/** Rejects with a `CutoverError` when the target has moved since, or the old source has lost what it has to serve. */
export async function requireBothStill(
	world: MergeWorld,
	call: Call,
): Promise<void> {
	await requireStill(world, call);
	const lost = await collectedBlob(world, call);
	if (lost === undefined) return;
	throw new CutoverError(
		"unproven",
		`${world.oldSource.url} has lost ${lost} since it was copied back, though the registry needs it`,
		{
			suggestions: [
				"Look for what deletes there: garbage collection (cron) that is still configured to it. Stop it, and run rollback again.",
			],
		},
	);
}

function tellTags({ base, pass, database, observe }: RollbackWorld): void {
	// With a database no tag is in a storage, but those from before it.
	if (pass.indexPath === undefined || database.read() !== undefined) return;
	observe({ type: "tags", tags: summarizeTags(base, pass.indexPath) });
}
