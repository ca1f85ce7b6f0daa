import { copyRank } from "../layout/order.ts";
import { kindOf } from "../layout/paths.ts";
import { compareKeys } from "../store/key.ts";

/** Compares two keys by the order in which they are deleted: from the tags down to the blobs, and by key. */
export function compareDeletes(left: string, right: string): number {
	const ranks = copyRank(kindOf(right)) - copyRank(kindOf(left));
	return ranks === 0 ? compareKeys(left, right) : ranks;
}

/** How what would be deleted now differs from what was approved. */
export interface PlanDifference {
	/** To be deleted, and not in the plan. */
	readonly beyond: number;
	/** The first few of those. */
	readonly examples: readonly string[];
}

/** Keys beyond the plan that are named. */
const EXAMPLES = 3;

/**
 * Holds what would be deleted now against what was approved; both in the order of `compareDeletes`, and neither is held
 * in memory (I8). `onSpared` is called with each key of the plan that is not to be deleted now.
 *
 * | to be deleted now | in the plan | verdict                                                                     |
 * | ----------------- | ----------- | --------------------------------------------------------------------------- |
 * | yes               | yes         | is deleted                                                                  |
 * | yes               | no          | counts as beyond the plan: there may be so many as are allowed, by default none |
 * | no                | yes         | stays: it was pushed again; or is gone already                              |
 */
export function comparePlans(
	now: Iterable<string>,
	approved: Iterable<string>,
	onSpared: (key: string) => void,
): PlanDifference {
	const examples: string[] = [];
	let beyond = 0;
	const rest = approved[Symbol.iterator]();
	let next = rest.next();
	for (const key of now) {
		while (next.done !== true && compareDeletes(next.value, key) < 0) {
			onSpared(next.value);
			next = rest.next();
		}
		if (next.done !== true && next.value === key) {
			next = rest.next();
			continue;
		}
		beyond++;
		if (examples.length < EXAMPLES) examples.push(key);
	}
	for (; next.done !== true; next = rest.next()) onSpared(next.value);
	return { beyond, examples };
}
