import type { CourseStatus } from "../../cutover/told/course-status.ts";
import type { EventRecord } from "../../cutover/told/event-record.ts";
import { EventTail } from "../../cutover/told/event-tail.ts";
import { wait } from "../../store/wait.ts";
import { EXIT } from "../exit-codes.ts";
import {
	isToldOf,
	ownerOf,
	type SeenCourse,
	seeAgain,
} from "./seen-courses.ts";

/** From one look to the next (ms). */
const PAUSE_MS = 300;

/** Looks in a row that find nobody at it: between two of its files a process may just begin, or end. */
const LOOKS = 3;

/** Where a course was when nobody was at it any more. */
export interface FollowedEnd {
	readonly status: CourseStatus;
	/** What the process said that was at it last; `undefined`: nothing, it was killed. */
	readonly stopped: Extract<EventRecord, { type: "stopped" }> | undefined;
}

/**
 * Tells what is told of a course, from its beginning on and as it comes, until nobody is at it any more. Rejects with the
 * signal's reason.
 */
export async function follow(
	seen: SeenCourse,
	tell: (event: EventRecord) => void,
	signal: AbortSignal,
): Promise<FollowedEnd> {
	using tail = new EventTail(seen.paths.events);
	let { status } = seen;
	let stopped: FollowedEnd["stopped"];
	for (let free = 0; ; ) {
		status = seeAgain(seen) ?? status;
		free = ownerOf(seen.paths) === undefined ? free + 1 : 0;
		for (const event of tail.read()) {
			if (!isToldOf(event, seen)) continue;
			if (event.type === "run") stopped = undefined;
			if (event.type === "stopped") stopped = event;
			tell(event);
		}
		const isOver =
			stopped !== undefined || (free > 0 && status.direction === "ended");
		// Whoever has said that it stops may still hold the registry for a moment; who goes on with it says so, too.
		if (free >= (isOver ? 1 : LOOKS)) return { status, stopped };
		await wait(PAUSE_MS, signal);
	}
}

/**
 * | it                                     | then                               |
 * | -------------------------------------- | ---------------------------------- |
 * | has ended, all done                    | done                               |
 * | has ended, all undone                  | rolled back; refused, if nothing was changed |
 * | has not ended, and said that somebody has to look | needs an operator       |
 * | has not ended                          | incomplete                         |
 */
export function exitCodeAt({ status, stopped }: FollowedEnd): number {
	const { outcome, hasChanged } = status;
	if (outcome === "done") return EXIT.done;
	if (outcome === "undone") return hasChanged ? EXIT.rolledBack : EXIT.refused;
	return stopped?.code === "needs-operator"
		? EXIT.needsOperator
		: EXIT.incomplete;
}
