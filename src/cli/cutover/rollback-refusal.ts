import { CutoverError } from "../../cutover/cutover-error.ts";

/** Of a rollback before anything was begun. The reason is a clause. */
export function refusal(
	reason: string,
	suggestions: readonly string[],
): CutoverError {
	return new CutoverError(
		"refused",
		`The registry cannot be rolled back: ${reason}. Nothing was changed`,
		{ suggestions },
	);
}
