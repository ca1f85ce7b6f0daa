import type { Course } from "./course/step.ts";
import { ROLLBACK, ROLLBACK_STEPS } from "./rollback/rollback-steps.ts";
import { CUTOVER, STEPS } from "./steps.ts";
import type { ToldStep } from "./told/course-status.ts";

/** Every way that there is, by its command. */
export const COURSES: Readonly<
	Record<
		"cutover" | "rollback",
		{ readonly course: Course; readonly steps: readonly ToldStep[] }
	>
> = {
	cutover: { course: CUTOVER, steps: STEPS },
	rollback: { course: ROLLBACK, steps: ROLLBACK_STEPS },
};

export type CourseName = keyof typeof COURSES;

/** What the storages are called that a registry comes from and goes to: on the way back they are not its SOURCE and TARGET. */
export const ENDS: Readonly<Record<CourseName, readonly [string, string]>> = {
	cutover: ["source", "target"],
	rollback: ["from", "to"],
};
