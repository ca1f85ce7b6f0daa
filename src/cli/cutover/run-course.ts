import type { BegunRecord } from "../../cutover/course/journal-record.ts";
import type { CutoverResult } from "../../cutover/course/journal-times.ts";
import { runSteps } from "../../cutover/course/machine.ts";
import type { Stage, Step } from "../../cutover/course/step.ts";
import { COURSES } from "../../cutover/courses.ts";
import { courseFailure } from "./course-failure.ts";
import { maxWindowOf } from "./course-wishes.ts";
import { placesOf } from "./cutover-world.ts";
import type { HeldCourse } from "./held-course.ts";
import { markOf, onMarkedNodes } from "./marked-nodes.ts";
import { reportLines } from "./report.ts";

/**
 * Runs the steps of a course while its nodes are marked, says what came of it, and writes its report. A dry run marks and
 * writes nothing. Rejects as the machine does.
 */
export async function runCourse<W extends Stage>(
	held: HeldCourse,
	steps: readonly Step<W>[],
	actuators: W,
	{
		resultLines,
		turnBack,
		takenOver,
	}: {
		/** What is said when it is done. */
		readonly resultLines: (result: CutoverResult) => readonly string[];
		/** Goes back at once, for this reason (a clause). */
		readonly turnBack?: string | undefined;
		/** The cutover that was left half-way, in whose place this comes. */
		readonly takenOver?: BegunRecord | undefined;
	},
): Promise<CutoverResult> {
	const { name, session, paths, wishes, output, isDryRun } = held;
	const { begun, journal, kept, told } = held;
	const { say, signal } = output;
	const sayReport = () => {
		if (!isDryRun) for (const line of reportLines(paths)) say(line);
	};
	const marking = {
		...{ begun, journal, path: paths[name], signal },
		replaced: takenOver && markOf(takenOver, paths.cutover),
		note: (text: string) => told.observe({ type: "note", text }),
	};
	const result = await onMarkedNodes(
		isDryRun ? [] : placesOf(session),
		marking,
		() =>
			runSteps(steps, actuators, journal, {
				...{ course: COURSES[name].course, signal, turnBack },
				observe: (event) => told.observe(event),
				maxWindowMs: maxWindowOf(wishes),
			}),
	).catch((error: unknown) => {
		kept.keepEnd(error);
		sayReport();
		throw courseFailure(error, isDryRun);
	});
	kept.keepEnd();
	if (isDryRun) say("Nothing was changed.");
	else for (const line of resultLines(result)) say(line);
	sayReport();
	return result;
}
