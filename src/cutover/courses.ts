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
