import { endingOf } from "../host/ending.ts";
import type { Host } from "../host/host.ts";
import { runLine } from "../host/run-line.ts";
import { maskedCommand, maskedLines } from "../masking/mask.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";

/** How a registry is restarted. */
export interface Restart {
	/** The node's name, for messages. */
	readonly node: string;
	readonly host: Host;
	/** The operator's shell line. */
	readonly line: string;
	readonly timeoutMs: number;
	/** Texts with the secrets that the line's output may show: the configuration. */
	readonly configurations: readonly string[];
}

/** Most lines of it that are shown. */
const LINES = 5;

/** Runs the line, and waits for its end. Rejects with a `RegistryError`: `failed`, `timed-out`, and as `Host.run` does. */
export async function restart(
	{ node, host, line, timeoutMs, configurations }: Restart,
	{ signal }: Call = {},
): Promise<void> {
	const what = `The command "${maskedCommand(line)}" of ${node} on ${host.name}`;
	const state =
		"its configuration is written, and it is not known with which its registry runs";
	const suggestions = [
		"Look at the registry's log and service, and run the command by hand; or undo the change.",
	];
	try {
		const { code, said } = await runLine(host, line, { signal, timeoutMs });
		if (code === 0) return;
		throw new RegistryError(
			"failed",
			`${what} ${endingOf(code)}; ${state}${lastLines(said, configurations)}`,
			{ suggestions },
		);
	} catch (error) {
		if (!(error instanceof RegistryError) || error.code !== "timed-out")
			throw error;
		throw new RegistryError(
			"timed-out",
			`${what} took longer than ${timeoutMs / 1000} s, and was ended; ${state}`,
			{ suggestions, cause: error },
		);
	}
}

function lastLines(said: string, configurations: readonly string[]): string {
	const [lines = []] = maskedLines(
		[said.trim(), ...configurations].map((text) => ({ text, isRuby: false })),
	);
	const last = lines.slice(-LINES).join(" | ");
	return last === "" ? "" : `: ${last}`;
}
