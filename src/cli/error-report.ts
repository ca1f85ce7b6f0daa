import { Errors } from "@oclif/core";
import {
	CutoverError,
	type CutoverErrorCode,
} from "../cutover/cutover-error.ts";
import { ConfigurationError } from "../registry/configuration-error.ts";
import { ReadOnlyError } from "../registry/read-only/read-only-error.ts";
import {
	RegistryError,
	type RegistryErrorCode,
} from "../registry/registry-error.ts";
import { StoreError } from "../store/errors.ts";
import { messageOf } from "../store/thrown.ts";
import { IndexError } from "../sync/index-error.ts";
import { SyncRefusal } from "../sync/refusal.ts";
import { EXIT } from "./exit-codes.ts";
import { formatJson, printable } from "./format.ts";
import { Interruption } from "./interruption.ts";
import { UsageError } from "./usage-error.ts";
import { wrapped } from "./wrapped.ts";

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
	if (error instanceof Interruption) return EXIT.interrupted;
	if (error instanceof SyncRefusal) return EXIT.refused;
	if (error instanceof RegistryError && REFUSALS.has(error.code))
		return EXIT.refused;
	if (error instanceof IndexError && error.code === "refused")
		return EXIT.refused;
	if (error instanceof ReadOnlyError)
		return error.code === "rolled-back" ? EXIT.rolledBack : EXIT.needsOperator;
	if (error instanceof CutoverError) return CUTOVER_EXITS[error.code];
	if (error instanceof UsageError || error instanceof Errors.CLIError)
		return EXIT.usage;
	return EXIT.failed;
}

const CUTOVER_EXITS: Readonly<Record<CutoverErrorCode, number>> = {
	"rolled-back": EXIT.rolledBack,
	"needs-operator": EXIT.needsOperator,
	refused: EXIT.refused,
	unproven: EXIT.failed,
	writable: EXIT.failed,
};

/** Those of a registry's errors that a guard makes: nothing was changed. */
const REFUSALS: ReadonlySet<RegistryErrorCode> = new Set([
	"refused",
	"changed",
]);

/** An error as the user sees it: what, and what to do next; `columns`: of a terminal. */
export function errorText(error: unknown, columns?: number): string {
	const message = printable(messageOf(error));
	const suggestions = suggestionsOf(error).map(printable);
	const sentences =
		error instanceof Interruption
			? [...suggestions, `${message}.`]
			: [
					`Error: ${message}`,
					...suggestions.map((suggestion) => `  ${suggestion}`),
				];
	const lines = sentences.map((line) => wrapped(line, columns));
	if (process.env.DEBUG !== undefined && error instanceof Error)
		lines.push(...(error.stack ?? "").split("\n").map(printable));
	return `${lines.join("\n")}\n`;
}

/** The same as `--json` prints it. */
export function errorJson(error: unknown): string {
	const report = {
		message: messageOf(error),
		code: error instanceof Error && "code" in error ? error.code : undefined,
		suggestions: suggestionsOf(error),
		exitCode: exitCodeOf(error),
		...(error instanceof ReadOnlyError ? { nodes: error.nodes } : {}),
	};
	return `${formatJson({ error: report })}\n`;
}

function suggestionsOf(error: unknown): readonly string[] {
	if (
		error instanceof StoreError ||
		error instanceof RegistryError ||
		error instanceof ConfigurationError ||
		error instanceof IndexError ||
		error instanceof SyncRefusal ||
		error instanceof ReadOnlyError ||
		error instanceof CutoverError ||
		error instanceof UsageError ||
		error instanceof Interruption
	)
		return error.suggestions;
	return [
		"This was not foreseen: set DEBUG=1 and run it again to see where it happened.",
	];
}
