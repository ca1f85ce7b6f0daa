import { endingOf, lastWords } from "../host/ending.ts";
import type { Host } from "../host/host.ts";
import { runLine } from "../host/run-line.ts";
import { maskedCommand, maskedText } from "../masking/mask.ts";
import { RegistryError } from "../registry-error.ts";

/** How long one of the operator's commands may take at most (ms): who switches a registry allows for less. */
const COMMAND_TIMEOUT_MS = 24 * 60 * 60_000;

/** Runs one of the operator's commands of a node. Rejects with a `RegistryError` where it fails. */
export async function carryOut(
	name: string,
	host: Host,
	line: string,
	signal: AbortSignal | undefined,
): Promise<void> {
	const { code, said } = await runLine(host, line, {
		signal,
		timeoutMs: COMMAND_TIMEOUT_MS,
	});
	requireSuccess(name, host, line, code, said);
}

/** Throws a `RegistryError` (`failed`). What a command says may hold what it was given, or shows (I7). */
export function requireSuccess(
	name: string,
	host: Host,
	line: string,
	code: number | undefined,
	said: string,
): void {
	if (code === 0) return;
	throw new RegistryError(
		"failed",
		`The command "${maskedCommand(line)}" of ${name} on ${host.name} ${endingOf(code)}${lastWords(maskedText(said))}`,
	);
}
