import type { Host } from "../host/host.ts";
import { type HostProcess, processesOf } from "../host/processes.ts";
import type { Call } from "../node.ts";
import type { PackagePaths } from "./installation.ts";

/**
 * The process that runit runs; `undefined` while it runs none. `registry` is the process itself: chpst and the shell
 * before it become it.
 */
export async function serviceProcess(
	host: Host,
	{ installation }: PackagePaths,
	call: Call = {},
): Promise<HostProcess | undefined> {
	const pidFile = `${installation}/service/registry/supervise/pid`;
	const { stdout } = await host.run(
		["sh", "-c", 'cat "$1" 2>/dev/null', "sh", pidFile],
		{ signal: call.signal },
	);
	const pids = stdout.toString().trim().split(/\s+/).filter(isNumber);
	const [found] = await processesOf(host, pids, call);
	return found;
}

function isNumber(text: string): boolean {
	return /^\d+$/.test(text);
}
