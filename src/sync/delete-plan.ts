import type { ObjectIndex } from "./object-index.ts";
import { SyncRefusal } from "./refusal.ts";

/** What a pass would delete at the target, because the source does not have it. */
export interface DeletePlan {
	readonly objects: number;
	/** Sum of their sizes, as far as those are known. */
	readonly bytes: number;
	/** Of the objects: tags, that is, current links. */
	readonly tags: number;
	/** Other links. */
	readonly links: number;
	readonly blobs: number;
	/** Tags that the target has, those to be deleted among them. */
	readonly targetTags: number;
	/** The keys, in the order in which they would be deleted. */
	readonly keys: () => Iterable<string>;
}

/** How a pass deletes. */
export interface DeleteOptions {
	/** Asked once, when all is known and nothing is changed yet; not asked when there is nothing to delete. */
	readonly approve: (plan: DeletePlan) => boolean | Promise<boolean>;
	/** Most objects that may be deleted. Default: at most half of the target's tags, and whatever goes with them. */
	readonly maxObjects?: number | undefined;
	/**
	 * Before an object is deleted, it is copied within the target, to its key behind this prefix, which ends in "/" and
	 * is none of the registry's. Default: it is gone.
	 */
	readonly backupPrefix?: string | undefined;
}

/** Makes the plan, and has it approved. Throws a `SyncRefusal` when it must not be carried out. */
export async function approvedPlan(
	index: ObjectIndex,
	{ approve, maxObjects }: DeleteOptions,
	target: string,
): Promise<DeletePlan> {
	const plan = index.deletePlan();
	if (plan.objects === 0) return plan;
	if (maxObjects !== undefined && plan.objects > maxObjects)
		throw new SyncRefusal(
			"too-many-deletes",
			`${plan.objects} objects would be deleted at ${target}, more than the ${maxObjects} that are allowed`,
			[LOOK, "If they are right, allow as many with --max-delete."],
		);
	if (maxObjects === undefined && plan.tags * 2 > plan.targetTags)
		throw new SyncRefusal(
			"too-many-deletes",
			`${plan.tags} of the ${plan.targetTags} tags at ${target} would be deleted, which is more than half`,
			[
				LOOK,
				`If they are right, allow it with --max-delete ${plan.objects}, the number of objects to be deleted.`,
			],
		);
	if (await approve(plan)) return plan;
	throw new SyncRefusal(
		"deletes-not-approved",
		"What would be deleted was not approved",
		["Run it without --delete to copy only."],
	);
}

const LOOK = "Look at them first, with --delete --dry-run.";
