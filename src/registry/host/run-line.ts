import type { CommandOptions, CommandResult, Host } from "./host.ts";

/**
 * Prints the end of what the line prints. That goes to a file without a name, not to us: what the line leaves running must
 * neither hold us up nor break when we are gone.
 */
const SCRIPT = `
log=$(mktemp) || exit
exec 3>"$log" 4<"$log"
rm -f "$log"
sh -c "$1" >&3 2>&3 3>&- 4<&- </dev/null
code=$?
tail -c 4096 <&4
exit "$code"`;

/** How a line ended, and the last 4 KiB of what it printed. */
export interface LineResult extends Pick<CommandResult, "code"> {
	readonly said: string;
}

/** Runs a shell line of the operator's that may leave something running, such as a restart. Rejects as `Host.run` does. */
export async function runLine(
	host: Host,
	line: string,
	options: Pick<CommandOptions, "signal" | "timeoutMs">,
): Promise<LineResult> {
	const { code, stdout } = await host.run(
		["sh", "-c", SCRIPT, "sh", line],
		options,
	);
	return { code, said: stdout.toString() };
}
