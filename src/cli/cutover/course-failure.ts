import { CutoverError } from "../../cutover/cutover-error.ts";
import { suggestionsOf } from "../../store/thrown.ts";
import { Interruption } from "../interruption.ts";

/**
 * How a course failed, as its command says it.
 *
 * | the machine says         | cause           | a dry run                     | otherwise                                |
 * | ------------------------ | --------------- | ----------------------------- | ---------------------------------------- |
 * | brought back             | an interruption | that interruption             | an interruption that says how it is now  |
 * | brought back             | anything else   | refused: nothing was changed  | as it is                                 |
 * | somebody has to look     | anything        | refused: nothing was changed  | as it is                                 |
 * | anything else            | -               | as it is                      | as it is                                 |
 */
export function courseFailure(error: unknown, isDryRun: boolean): unknown {
	if (!(error instanceof CutoverError)) return error;
	const { code, message, cause } = error;
	const isBack = code === "rolled-back";
	if (isBack && cause instanceof Interruption)
		return isDryRun ? cause : new Interruption(cause.message, [`${message}.`]);
	if (!isDryRun || !(isBack || code === "needs-operator")) return error;
	const said = cause instanceof Error ? cause : error;
	return new CutoverError(
		"refused",
		`The dry run came to no end: ${said.message.replace(/\.$/, "")}. Nothing was changed`,
		{ suggestions: suggestionsOf(said), cause },
	);
}
