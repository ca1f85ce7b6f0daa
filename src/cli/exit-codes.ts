import { Errors } from "@oclif/core";
import { StoreError } from "../store/errors.ts";
import { SyncRefusal } from "../sync/guards.ts";
import { Interruption } from "./interruption.ts";
import { UsageError } from "./usage-error.ts";

/** What the executable exits with. A code that is not here means failure. Repeated in the README and in the help. */
export const EXIT = {
	done: 0,
	/** It could not be done. */
	failed: 1,
	/** The command line is wrong, or Node is too old. */
	usage: 2,
	/** It finished, but some objects failed or differ. */
	incomplete: 3,
	/** A guard refused; nothing was changed. */
	refused: 4,
	/** It failed, and everything was put back. */
	rolledBack: 5,
	/** An operator has to look at it. */
	needsOperator: 6,
	/** Ctrl-C, or a request to end. */
	interrupted: 130,
} as const;

/** The table as the help prints it. */
export const EXIT_CODES_HELP = [
	"0    done",
	"1    failed",
	"2    wrong usage",
	"3    finished, but some objects failed or differ",
	"4    refused by a guard, nothing changed",
	"130  interrupted",
].join("\n");

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
	if (error instanceof Interruption) return EXIT.interrupted;
	if (error instanceof SyncRefusal) return EXIT.refused;
	if (error instanceof UsageError || error instanceof Errors.CLIError)
		return EXIT.usage;
	return EXIT.failed;
}

/** What the user can do next, as far as the error knows. */
export function suggestionsOf(error: unknown): readonly string[] {
	if (
		error instanceof StoreError ||
		error instanceof SyncRefusal ||
		error instanceof UsageError
	)
		return error.suggestions;
	if (error instanceof Errors.CLIError)
		return error.suggestions ?? ["See regmigrate --help."];
	return [];
}
