import { messageOf, suggestionsOf } from "../../store/thrown.ts";
import { CutoverError } from "../cutover-error.ts";
import type { Course } from "./step.ts";

/** All was undone. The reason is a clause. */
export function rolledBack(
	{ title, from }: Course,
	reason: string,
	cause: unknown,
): CutoverError {
	return new CutoverError(
		"rolled-back",
		`${title} failed: ${reason}. All is as it was: the registry is on the ${from}, and takes writes`,
		{ suggestions: suggestionsOf(cause), cause },
	);
}

/** A step could not be undone. */
export function notUndone(
	{ title }: Course,
	{
		reason,
		step,
		cause,
	}: {
		readonly reason: string;
		readonly step: string;
		readonly cause: unknown;
	},
): CutoverError {
	return new CutoverError(
		"needs-operator",
		`${title} failed (${reason}), and the step "${step}" could not be undone: ${messageOf(cause)}`,
		{
			suggestions: [
				...suggestionsOf(cause),
				"Mend that, and run the same command again: it goes on with the way back. Or run restore.sh beside the original of each node's configuration, and restart its registry.",
			],
			cause,
		},
	);
}

/** A step failed that can never be undone. */
export function pastReturn(
	{ title, from, to }: Course,
	cause: unknown,
): CutoverError {
	return new CutoverError(
		"needs-operator",
		`${title} could not be ended: ${messageOf(cause)}. It is past the point of no return: the registry is configured to the ${to}, and nodes may take writes there already`,
		{
			suggestions: [
				...suggestionsOf(cause),
				`Do not configure it to the ${from} by hand: what was pushed would be lost. Mend what is said, and run the same command again: it goes on.`,
			],
			cause,
		},
	);
}

/** It failed, and not even that could be noted. */
export function notNoted(
	{ title }: Course,
	reason: string,
	cause: unknown,
): CutoverError {
	return new CutoverError(
		"needs-operator",
		`${title} failed (${reason}), and has stopped where it was: ${messageOf(cause)}`,
		{ suggestions: suggestionsOf(cause), cause },
	);
}
