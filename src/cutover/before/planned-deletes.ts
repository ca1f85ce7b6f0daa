import { parseKey } from "../../layout/paths.ts";
import type { DeleteCounts } from "../../sync/delete-plan.ts";
import { WrittenPlan } from "../../sync/delete-plan-reader.ts";
import type { SyncResult } from "../../sync/events.ts";
import { SyncRefusal } from "../../sync/refusal.ts";
import type { Course } from "../course/step.ts";
import { refusedCourse } from "../refused-course.ts";

/** What the last pass is to delete, for whoever approves it. */
export interface PlannedDeletes {
	readonly counts: DeleteCounts;
	/** The file in which they are written down, one a line. */
	readonly path: string;
	/** The repositories of which the most objects go, the first of them the most. */
	readonly largest: readonly RepositoryDeletes[];
}

/** What is deleted of a repository. */
interface RepositoryDeletes {
	readonly repository: string;
	/** Its links. Blobs are nobody's. */
	readonly objects: number;
}

/** Repositories that are named. */
const NAMED = 5;

/**
 * A larger share of the target than this is deleted only when the number is named with --max-delete, as it is after a
 * garbage collection of everything that lay about. What a registry in use loses from day to day is far less.
 */
const LARGEST_SHARE = 1 / 4;

/**
 * Objects that the last pass may delete besides those that were approved: what clients and retention policies delete between
 * the approval and the window. A garbage collection removes more, and is looked at first.
 */
export const DELETE_MARGIN = 1000;

/**
 * How many the last pass may delete besides the plan, when so many are allowed in all (`undefined`: it is not said). Never
 * more than what is allowed, plan included.
 */
export function marginFor(
	planned: number,
	maxDeletes: number | undefined,
): number {
	return maxDeletes === undefined
		? DELETE_MARGIN
		: Math.max(0, Math.min(DELETE_MARGIN, maxDeletes - planned));
}

/** Refuses, by a `CutoverError`, a plan that takes too much of the target, where nobody has said how much may go. */
export function guardShare(
	{ deletePlan, scanned }: Pick<SyncResult, "deletePlan" | "scanned">,
	maxDeletes: number | undefined,
	course: Course,
): void {
	const objects = deletePlan?.objects ?? 0;
	const share = objects / (scanned.objects + objects);
	if (maxDeletes !== undefined || !(share > LARGEST_SHARE)) return;
	const { from, to } = course;
	throw refusedCourse(
		course,
		`${objects} objects would be deleted at the ${to}, ${Math.round(100 * share)} % of what is there: a garbage collection has removed so much from the ${from}, or the ${from} has lost it`,
		[
			"Look at them first, with sync --delete --dry-run --delete-plan FILE.",
			`If they are right, allow as many with --max-delete ${objects}.`,
		],
	);
}

/** A guard's refusal to delete, as the course's. Anything else stays as it is. */
export function asCourseRefusal(error: unknown, course: Course): unknown {
	return error instanceof SyncRefusal
		? refusedCourse(course, error.message, error.suggestions)
		: error;
}

/** How many objects a written plan has. Throws a `SyncRefusal` when it cannot be read. */
export function plannedObjects(path: string): number {
	using plan = new WrittenPlan(path);
	return plan.header.objects;
}

/** What a written plan is to delete. Throws a `SyncRefusal` when it cannot be read. */
export function plannedIn(path: string): PlannedDeletes {
	using plan = new WrittenPlan(path);
	const { objects, bytes, tags, links } = plan.header;
	const { blobs, namedBlobs, targetTags } = plan.header;
	const counts = { objects, bytes, tags, links, blobs, namedBlobs, targetTags };
	return { counts, path, largest: largestIn(plan) };
}

/** Of a written plan, the repositories that lose most. */
function largestIn(plan: WrittenPlan): readonly RepositoryDeletes[] {
	const counts = new Map<string, number>();
	for (const key of plan.keys()) {
		const parsed = parseKey(key);
		if (parsed === undefined || !("repository" in parsed)) continue;
		const { repository } = parsed;
		counts.set(repository, (counts.get(repository) ?? 0) + 1);
	}
	return [...counts]
		.map(([repository, objects]) => ({ repository, objects }))
		.sort((one, other) => other.objects - one.objects)
		.slice(0, NAMED);
}
