import type { ToldStep } from "./course-status.ts";
import type { Course } from "./step.ts";
import { CUTOVER, STEPS } from "./steps.ts";

/** Every way that there is, by its command. */
export const COURSES: Readonly<
	Record<
		"cutover",
		{ readonly course: Course; readonly steps: readonly ToldStep[] }
	>
> = {
	cutover: { course: CUTOVER, steps: STEPS },
};

export type CourseName = keyof typeof COURSES;
