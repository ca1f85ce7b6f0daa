import { plannedIn } from "../../cutover/before/planned-deletes.ts";
import { COURSES } from "../../cutover/courses.ts";
import type { TargetSettings, World } from "../../cutover/world.ts";
import { confirmed } from "../confirmation.ts";
import { durationOf } from "../duration.ts";
import { maxWindowOf, testRepositoryOf } from "./course-wishes.ts";
import { hooksOf } from "./cutover-hooks.ts";
import { windowText } from "./cutover-lines.ts";
import { nodesOf, turnOf } from "./cutover-world.ts";
import type { HeldCourse } from "./held-course.ts";

/** What the world of every course has of the command line and of the registry. `settings`: what its nodes may come to have. */
export function courseWorld(
	held: HeldCourse,
	settings: TargetSettings,
	deletePlanPath: string,
) {
	const { name, session, keeper, wishes, kept, told, source, target } = held;
	return {
		course: COURSES[name].course,
		nodes: nodesOf(session, settings, (event) => kept.keep(event)),
		...{ source, target, deletePlanPath },
		turn: turnOf(session, keeper, wishes, (line) => told.detail(line)),
		id: held.begun.id,
		repository: session.described.access.repository,
		testRepository: testRepositoryOf(wishes),
		passWithinMs: durationOf("until-stable", wishes["until-stable"]),
		maxWindowMs: maxWindowOf(wishes),
		maxDeletes: wishes["max-delete"],
		isSharedRedis: wishes["shared-redis"],
		hooks: hooksOf(wishes, session.described.cutover),
		doubtPath: held.paths.doubt,
		fencePath: wishes.fence ? held.paths.fence : undefined,
		approve: (signal) => isApproved(held, deletePlanPath, signal),
		observe: (event) => told.observe(event),
	} satisfies Partial<World>;
}

/** Asks whoever is at the terminal whether the window may be opened. */
async function isApproved(
	{ name, session, wishes, told: { expected } }: HeldCourse,
	deletePlanPath: string,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	if (wishes.yes) return true;
	const { course, steps } = COURSES[name];
	const text = windowText(
		steps,
		session.nodes.length,
		// Another process may have caught up.
		{ ...expected, deletes: expected.deletes ?? plannedIn(deletePlanPath) },
		course,
	);
	const never = new AbortController().signal;
	// Nothing was begun that Ctrl-C would have to undo.
	return await confirmed(text, "Open the window?", signal ?? never, "no");
}
