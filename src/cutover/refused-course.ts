import type { Course } from "./course/step.ts";
import { CutoverError } from "./cutover-error.ts";

/** A course that is not begun, before anything of the registry was changed. The reason is a clause. */
export function refusedCourse(
	{ to }: Pick<Course, "to">,
	reason: string,
	suggestions: readonly string[],
): CutoverError {
	const what = to === "target" ? "cut over" : "rolled back";
	return new CutoverError(
		"refused",
		`The registry cannot be ${what}: ${reason}. It is in use as before`,
		{ suggestions },
	);
}
