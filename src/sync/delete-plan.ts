import type { Claim } from "./claim.ts";
import { MAKE_ONE } from "./delete-plan-error.ts";
import { comparePlans } from "./delete-plan-order.ts";
import { WrittenPlan } from "./delete-plan-reader.ts";
import type { PlanHeader } from "./delete-plan-text.ts";
import { guardPlanPath, writePlan } from "./delete-plan-writer.ts";
import type { ObjectIndex } from "./object-index.ts";
import { SyncRefusal } from "./refusal.ts";

/** How much a plan deletes, by what it is. */
export interface DeleteCounts {
	readonly objects: number;
	/** Sum of their sizes, as far as those are known. */
	readonly bytes: number;
	/** Of the objects: tags, that is, current links. */
	readonly tags: number;
	/** Other links. */
	readonly links: number;
	readonly blobs: number;
	/**
	 * Of the blobs: those that links of the source name nevertheless, histories of tags aside. No other link of either side
	 * names the rest any more.
	 */
	readonly namedBlobs: number;
	/** Tags that the target has, those to be deleted among them. */
	readonly targetTags: number;
}

/** What a pass would delete at the target, because the source does not have it. */
export interface DeletePlan extends DeleteCounts {
	/** A blob that a revision or a tag of the source names, and that the source has lost; "" when there is none. */
	readonly lostBlob: string;
	/** The keys, in the order in which they would be deleted. */
	readonly keys: () => Iterable<string>;
}

/** What became of a plan, for whoever made or approved it. */
export interface PlannedDeletes extends DeleteCounts {
	/** Of the objects: those that an approved plan does not have, and that were allowed all the same. */
	readonly beyondPlan: number;
	/** Objects of an approved plan that the source has again. They stay. */
	readonly pushedAgain: number;
}

/** How a pass deletes. */
export interface DeleteOptions {
	/**
	 * Asked once, when all is known and nothing is changed yet; not asked when there is nothing to delete, or when it was
	 * approved before.
	 */
	readonly approve: (plan: DeletePlan) => boolean | Promise<boolean>;
	/**
	 * Most objects that may be deleted. Default: at most half of the target's tags, and whatever goes with them. Where a
	 * plan was approved before: most objects that may be deleted besides those in it; default 0.
	 */
	readonly maxObjects?: number | undefined;
	/**
	 * Where a plan was approved before and `maxObjects` is not given: most objects that may be deleted besides those in it,
	 * as long as no manifest needs any of them; default 0.
	 */
	readonly margin?: number | undefined;
	/**
	 * Before an object is deleted, it is copied within the target, to its key behind this prefix, which ends in "/" and
	 * is none of the registry's. Default: it is gone.
	 */
	readonly backupPrefix?: string | undefined;
	/**
	 * The file of a plan. A dry run writes its plan there; any other pass keeps to the one that is there, which counts as
	 * approved. Default: none.
	 */
	readonly planPath?: string | undefined;
}

/** What a plan is made for. */
export interface PlanPlace {
	/** Identities. */
	readonly source: string;
	readonly target: string;
	/** For messages. */
	readonly targetUrl: string;
	/** What the target's marker says. */
	readonly claim: Claim | undefined;
	readonly isDryRun: boolean;
}

/** Decides, before anything is changed, what a pass may delete; by a file, where there is to be one. */
export class DeleteApproval implements Disposable {
	readonly #options: DeleteOptions;
	readonly #place: PlanPlace;
	readonly #approved: WrittenPlan | undefined;

	/**
	 * Opens the plan that was approved before, if there is to be one. Throws a `SyncRefusal` when it cannot be used, or when
	 * a plan cannot be written where it is to be.
	 */
	constructor(options: DeleteOptions, place: PlanPlace) {
		this.#options = options;
		this.#place = place;
		const { planPath } = options;
		if (planPath === undefined) return;
		if (place.isDryRun) {
			guardPlanPath(planPath, [place.source, place.target]);
			return;
		}
		this.#approved = new WrittenPlan(planPath);
		try {
			guardPlace(planPath, this.#approved.header, place);
		} catch (error) {
			this[Symbol.dispose]();
			throw error;
		}
	}

	/** Makes the plan, and has it approved. Throws a `SyncRefusal` when it must not be carried out. */
	async plan(index: ObjectIndex): Promise<PlannedDeletes> {
		const plan = index.deletePlan();
		const { lostBlob, keys, ...counts } = plan;
		if (this.#approved !== undefined)
			return { ...counts, ...this.#keepTo(this.#approved, plan, index) };
		const planned = { ...counts, beyondPlan: 0, pushedAgain: 0 };
		if (plan.objects > 0) guardAmount(plan, this.#options, this.#place);
		const { planPath } = this.#options;
		if (planPath !== undefined) {
			const { source, target, claim } = this.#place;
			const madeAt = new Date().toISOString();
			writePlan(planPath, { ...counts, source, target, claim, madeAt }, keys());
			return planned;
		}
		if (plan.objects === 0 || (await this.#options.approve(plan)))
			return planned;
		throw new SyncRefusal(
			"deletes-not-approved",
			"What would be deleted was not approved",
			["Run it without --delete to copy only."],
		);
	}

	[Symbol.dispose](): void {
		this.#approved?.[Symbol.dispose]();
	}

	#keepTo(approved: WrittenPlan, plan: DeletePlan, index: ObjectIndex) {
		// Whoever approved it was told of those that were needed then.
		const isNeededNow =
			plan.lostBlob !== "" && plan.namedBlobs > approved.header.namedBlobs;
		let pushedAgain = 0;
		const onSpared = (key: string) => {
			if (index.find(key)?.isAtSource) pushedAgain++;
		};
		const { beyond, examples } = comparePlans(
			plan.keys(),
			approved.keys(),
			onSpared,
		);
		const { maxObjects, margin = 0, planPath = "" } = this.#options;
		if (isNeededNow && maxObjects === undefined && beyond <= margin)
			throw lostBlobs(plan, this.#place, [
				"If they may go, allow it with --max-delete 0: what the plan has, and nothing besides.",
			]);
		if (beyond <= (maxObjects ?? margin))
			return { beyondPlan: beyond, pushedAgain };
		const those = beyond === 1 ? "is 1 object" : `are ${beyond} objects`;
		const more = beyond > examples.length ? ", …" : "";
		throw new SyncRefusal(
			"beyond-delete-plan",
			`There ${those} to be deleted at ${this.#place.targetUrl} that the plan ${planPath} does not have: ${examples.join(", ")}${more}`,
			[
				"Look at them: the same command with --dry-run makes a new plan, for another look.",
				`If they are right, allow so many besides the plan with --max-delete ${beyond}.`,
			],
		);
	}
}

/**
 * Refuses a plan that was not made for this source and target.
 *
 * | the plan's source and target | its claim, the target's now                    | verdict                              |
 * | ---------------------------- | ---------------------------------------------- | ------------------------------------ |
 * | others                       | -                                              | refuse                               |
 * | these                        | the same index's, the same pass or an earlier one | go on: passes since then only copied, and each key is looked for in the source once more |
 * | these                        | the same index's, a later pass                 | refuse: the target is in an earlier state |
 * | these                        | another index's, or only one of them has any   | refuse: emptied and filled anew, or another pass's |
 * | these                        | neither has any                                | go on: no pass has changed it since   |
 */
function guardPlace(
	path: string,
	plan: PlanHeader,
	{ source, target, claim }: PlanPlace,
): void {
	const refuse = (why: string) =>
		new SyncRefusal(
			"another-delete-plan",
			`The plan ${path} was made for another state of things: ${why}`,
			[MAKE_ONE],
		);
	if (plan.source !== source) throw refuse(`for the source ${plan.source}`);
	if (plan.target !== target) throw refuse(`for the target ${plan.target}`);
	if (plan.claim?.nonce !== claim?.nonce)
		throw refuse(
			"the target's marker is another one than then, so it may have been filled anew",
		);
	if ((plan.claim?.pass ?? 0) > (claim?.pass ?? 0))
		throw refuse("the target has been put back to an earlier state since");
}

/**
 * Refuses a plan that is too large, or that takes from the target what the source has lost; both go on when a number of
 * objects is allowed.
 */
function guardAmount(
	plan: DeletePlan,
	{ maxObjects }: DeleteOptions,
	{ targetUrl }: PlanPlace,
): void {
	const { objects, tags, targetTags, lostBlob } = plan;
	if (maxObjects !== undefined && objects > maxObjects)
		throw new SyncRefusal(
			"too-many-deletes",
			`${objects} objects would be deleted at ${targetUrl}, more than the ${maxObjects} that are allowed`,
			[LOOK, "If they are right, allow as many with --max-delete."],
		);
	if (maxObjects !== undefined) return;
	const allow = `If they are right, allow it with --max-delete ${objects}, the number of objects to be deleted.`;
	if (tags * 2 > targetTags)
		throw new SyncRefusal(
			"too-many-deletes",
			`${tags} of the ${targetTags} tags at ${targetUrl} would be deleted, which is more than half`,
			[LOOK, allow],
		);
	if (lostBlob !== "") throw lostBlobs(plan, { targetUrl }, [allow]);
}

function lostBlobs(
	{ lostBlob }: DeletePlan,
	{ targetUrl }: Pick<PlanPlace, "targetUrl">,
	suggestions: readonly string[],
): SyncRefusal {
	return new SyncRefusal(
		"lost-blobs",
		`Manifests of the source need blobs that it has lost, and that would be deleted at ${targetUrl}: ${lostBlob}`,
		["Put them back into the source: the target has them.", ...suggestions],
	);
}

const LOOK = "Look at them first, with sync --delete --dry-run.";
