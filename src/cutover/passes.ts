import { isWhole, type SyncResult } from "../sync/events.ts";
import { type SyncOptions, sync } from "../sync/pass.ts";
import { marginFor, plannedObjects } from "./before/planned-deletes.ts";
import { CorruptBlobs } from "./corrupt-blobs.ts";
import type { Call } from "./course/step.ts";
import { CutoverError } from "./cutover-error.ts";
import type { Delta } from "./delta.ts";
import { refusedCourse } from "./refused-course.ts";
import type { DatabaseNotes, World } from "./world.ts";

/** What of the world passes need. */
export type PassWorld = Pick<
	World,
	| ("source" | "target" | "pass" | "observe" | "course")
	| ("acceptsDamage" | "passWithinMs" | "isVerifiedLive")
	| ("maxDeletes" | "deletePlanPath")
> & { readonly database: Pick<DatabaseNotes, "read"> };

/**
 * How many objects are broken in the storage that a registry is moved from, and matter to it. With a metadata database
 * nothing is served by links: those that dangle are left from before the import, and the database has its garbage
 * collected without them.
 */
function brokenIn(
	{ corrupt, malformed, dangling }: SyncResult["damage"],
	{ database }: Pick<PassWorld, "database">,
): number {
	const links = database.read() === undefined ? dangling : 0;
	return corrupt + malformed + links;
}

/** Refuses, by a `CutoverError`, what a live pass has not copied, or has found broken in the source. */
export function requireCopied(
	{ failed, unreadable, isStopped, damage }: SyncResult,
	world: Pick<PassWorld, "acceptsDamage" | "course" | "database">,
): void {
	const { from, to } = world.course;
	if (failed + unreadable > 0 || isStopped)
		throw refusedCourse(
			world.course,
			`of the ${from}, ${unreadable} places could not be read, and ${failed} objects not copied`,
			["Run sync, which tells why, until it exits with 0."],
		);
	const broken = brokenIn(damage, world);
	if (broken > 0 && !world.acceptsDamage)
		throw refusedCourse(
			world.course,
			`${broken === 1 ? "1 object is" : `${broken} objects are`} broken in the ${from}, and would be so at the ${to} (${damage.corrupt} corrupt blobs, ${damage.malformed} links that hold no digest, ${damage.dangling} links to blobs that are not there)`,
			["sync and verify name them. Go on all the same with --accept-damage."],
		);
}

/**
 * The last pass, under read-only. It deletes what was planned, and little besides. What it changes is added to the delta, also
 * where it rejects.
 */
export async function finalPass(
	world: PassWorld,
	delta: Delta,
	call: Call,
	{ relist }: Pick<SyncOptions, "relist"> = {},
): Promise<void> {
	const { deletePlanPath: planPath, maxDeletes } = world;
	const margin = marginFor(plannedObjects(planPath), maxDeletes);
	const result = await pass(world, call, {
		deletes: { approve: () => true, planPath, margin },
		relist,
		observe: (event) => delta.observe(event),
	});
	world.observe({ type: "pass", kind: "final", result });
	const { damage, vanished } = result;
	const broken = brokenIn(damage, world);
	if (!isWhole(result) || vanished > 0 || result.extra > 0)
		throw new CutoverError(
			"unproven",
			`the last pass is not complete: ${told(result)}`,
		);
	if (broken > 0 && !world.acceptsDamage)
		throw new CutoverError(
			"unproven",
			`${broken} objects have been found broken in the ${world.course.from}`,
			{ suggestions: ["Go on all the same with --accept-damage."] },
		);
}

/** Rejects with a `CutoverError` when a pass would find anything to do: the source has moved since the last one. */
export async function requireStill(
	world: PassWorld,
	call: Call,
): Promise<void> {
	const corrupt = new CorruptBlobs();
	const result = await pass(world, call, {
		isDryRun: true,
		deletes: { approve: () => true, maxObjects: world.maxDeletes },
		observe: (event) => corrupt.observe(event),
	});
	const { deletePlan, vanished, extra } = result;
	const known = world.acceptsDamage
		? await corrupt.count(world.source, call)
		: 0;
	const copies = result.copied.objects - known;
	const moved = copies + (deletePlan?.objects ?? extra) + vanished;
	if (moved === 0 && isWhole(result)) return;
	throw new CutoverError(
		"unproven",
		`the ${world.course.from} has moved since the last pass, though the registry is read-only: ${told(result)}`,
		{
			suggestions: [
				"Look for what writes there past the registry: garbage collection (cron), a node that is not described, a restore.",
			],
		},
	);
}

function told(result: SyncResult): string {
	const { copied, failed, heldBack, vanished, unreadable, deletePlan, extra } =
		result;
	return `${copied.objects} objects to copy, ${deletePlan?.objects ?? extra} to delete, ${vanished} vanished, ${failed} failed, ${heldBack} held back, ${unreadable} places unreadable`;
}

/** One pass of this cutover. */
export async function pass(
	{ source, target, pass: options }: PassWorld,
	{ signal }: Call,
	more: Pick<SyncOptions, "isDryRun" | "deletes" | "observe" | "relist">,
): Promise<SyncResult> {
	return await sync(source, target, { ...options, ...more, signal });
}
