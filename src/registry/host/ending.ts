import { RegistryError } from "../registry-error.ts";

/** What a shell, and what runs commands in containers, ends with when the program is not there. Source: POSIX, 2.8.2. */
export const NO_SUCH_PROGRAM = 127;

/** That a program is not there; `place` is where: "on this machine". */
export function noSuchProgram(
	program: string,
	place: string,
	options?: {
		readonly suggestions?: readonly string[] | undefined;
		readonly cause?: unknown;
	},
): RegistryError {
	return new RegistryError(
		"not-found",
		`Cannot run ${program} ${place}: there is no such program`,
		options,
	);
}

/** How a command ended, to follow its name: `ended with exit code 1`. */
export function endingOf(code: number | undefined): string {
	return code === undefined
		? "was ended by a signal"
		: `ended with exit code ${code}`;
}

/** The last line of what a command said, to follow a sentence: `: no such unit`; "" where it said nothing. */
export function lastWords(said: string): string {
	const line = said.trim().split("\n").at(-1)?.trim() ?? "";
	return line === "" ? "" : `: ${line}`;
}
