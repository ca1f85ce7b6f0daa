import { LONGEST_MS } from "../../store/wait.ts";
import type { Change, RegistryNode } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { listed } from "./names.ts";
import type { TurnOptions } from "./turn.ts";

/** Runs what makes a change effective, for no longer than it may take. */
export async function carryOut(
	change: Change,
	node: RegistryNode,
	{ commandTimeoutMs }: TurnOptions,
	signal: AbortSignal | undefined,
): Promise<void> {
	const late = new AbortController();
	const timer = setTimeout(
		() => late.abort(tooLate(change, node, commandTimeoutMs)),
		// A longer one would be over at once.
		Math.min(commandTimeoutMs, LONGEST_MS),
	);
	try {
		await change.activate({
			signal:
				signal === undefined
					? late.signal
					: AbortSignal.any([signal, late.signal]),
		});
	} catch (error) {
		// A kind may have made something else of it.
		throw late.signal.aborted ? late.signal.reason : error;
	} finally {
		clearTimeout(timer);
	}
}

function tooLate(
	{ commands }: Change,
	{ name, host }: RegistryNode,
	ms: number,
): RegistryError {
	const shown = listed(commands.map((command) => `"${command}"`));
	return new RegistryError(
		"timed-out",
		`${shown} of ${name} on ${host.name} took longer than ${ms / 1000} s, and ${commands.length === 1 ? "was" : "were"} ended`,
		{ suggestions: ["Allow for more time with --command-timeout."] },
	);
}
