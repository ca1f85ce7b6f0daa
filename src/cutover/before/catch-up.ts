import { isWhole } from "../../sync/events.ts";
import { type PassTiming, sumOf } from "../../sync/pass-timing.ts";
import { untilStable } from "../../sync/until-stable.ts";
import type { Call } from "../course/step.ts";
import { type PassWorld, pass, requireCopied } from "../passes.ts";
import { refusedCourse } from "../refused-course.ts";
import { verifyLive } from "./live-verify.ts";
import { asCourseRefusal, guardShare, plannedIn } from "./planned-deletes.ts";

/** How often a series of live passes is begun anew, where tags that move meanwhile hold something back. */
const SERIES = 5;

/** What is left for the window. */
export interface CaughtUp {
	/** What the last pass is expected to take. */
	readonly next: PassTiming;
	/** Objects that it is to delete. */
	readonly deletes: number;
	/** Keys of which it is to be proven that they are alike. */
	readonly doubtful: ReadonlySet<string>;
}

/**
 * Makes live passes until the next one is short enough; compares all of the target meanwhile; and plans what the last one
 * deletes. So what takes its time is done while the registry is in use. Rejects with a `CutoverError` (`refused`).
 */
export async function catchUp(world: PassWorld, call: Call): Promise<CaughtUp> {
	const { observe, isVerifiedLive } = world;
	let next = await livePasses(world, call);
	let doubtful: ReadonlySet<string> = new Set();
	if (isVerifiedLive) {
		doubtful = await verifyLive(world, call);
		// What was pushed while all was compared need not be copied in the window.
		next = await livePasses(world, call);
	} else
		observe({
			type: "acknowledged",
			flag: "--no-verify",
			text: "The target was not compared as a whole: only what the last pass changes is.",
		});
	const deletes = await planDeletes(world, call);
	return { next, deletes, doubtful };
}

/** Makes passes until the next one is short enough. Resolves with what that one is expected to take. */
export async function livePasses(
	world: PassWorld,
	call: Call,
): Promise<PassTiming> {
	const { observe, passWithinMs: withinMs } = world;
	for (let series = 1; ; series++) {
		const { result, next } = await untilStable(
			async (told) => {
				const result = await pass(world, call, { observe: told });
				observe({ type: "pass", kind: "live", result });
				return result;
			},
			{ withinMs },
		);
		requireCopied(result, world);
		// What is held back on a registry in use is copied by the last pass.
		const isLast = isWhole(result) || series === SERIES;
		if (isLast && sumOf(next) <= withinMs) return next;
		if (isLast)
			throw refusedCourse(
				world.course,
				`the next pass is expected to take ${Math.ceil(sumOf(next) / 1000)} s, and passes do not become shorter`,
				["Allow for more with --until-stable."],
			);
	}
}

/** Makes the plan of what the last pass deletes, and writes it down. Resolves with how many objects those are. */
export async function planDeletes(
	world: PassWorld,
	call: Call,
): Promise<number> {
	const { deletePlanPath: planPath, maxDeletes, observe } = world;
	try {
		const result = await pass(world, call, {
			isDryRun: true,
			deletes: { approve: () => true, maxObjects: maxDeletes, planPath },
		});
		guardShare(result, maxDeletes, world.course);
		const { deletePlan } = result;
		if (deletePlan === undefined)
			throw refusedCourse(
				world.course,
				`what is to be deleted at the ${world.course.to} cannot be told, because places of the ${world.course.from} could not be read`,
				["Run sync, which tells why, until it exits with 0."],
			);
		observe({ type: "deletes-planned", ...plannedIn(planPath) });
		return deletePlan.objects;
	} catch (error) {
		throw asCourseRefusal(error, world.course);
	}
}
