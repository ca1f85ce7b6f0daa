import type { Host } from "../host/host.ts";
import type { Call, Instance } from "../node.ts";
import type { PackagePaths } from "./installation.ts";

/** The process that runit runs for a registry. */
export interface ServiceProcess extends Instance {
	readonly pid: number;
	/** When it was started (ms since 1970); a second more or less, by the host's clock. */
	readonly startedAt: number;
}

/**
 * Prints for each process id: id, start in ticks since the host was started, start in seconds since 1970. Those that have
 * ended and were not waited for yet (`Z`) serve nobody. `registry` is the process itself: chpst and the shell before it
 * become it.
 */
const SCRIPT = `
tell() {
	pid=$1
	line=$(sed 's/^.*) //' "/proc/$pid/stat" 2>/dev/null) || return 0
	set -- $line
	case $1 in Z | X | '') return 0 ;; esac
	shift 19
	ticks=$(getconf CLK_TCK 2>/dev/null) || ticks=100
	boot=$(sed -n 's/^btime //p' /proc/stat)
	echo "$pid $1 $((boot + $1 / ticks))"
}
for pid do tell "$pid"; done`;

/** The process that runit runs; `undefined` while it runs none. */
export async function serviceProcess(
	host: Host,
	{ installation }: PackagePaths,
	call: Call = {},
): Promise<ServiceProcess | undefined> {
	const pidFile = `${installation}/service/registry/supervise/pid`;
	const script = `set -- $(cat "$1" 2>/dev/null)\n${SCRIPT}`;
	const [found] = await run(host, ["sh", "-c", script, "sh", pidFile], call);
	return found;
}

/** Of these, those that have not ended. */
export async function stillRunning(
	host: Host,
	instances: readonly Instance[],
	call: Call = {},
): Promise<readonly Instance[]> {
	const pids = instances.map(({ id }) => id.split("@", 1)[0] ?? "");
	if (pids.length === 0) return [];
	const found = await run(host, ["sh", "-c", SCRIPT, "sh", ...pids], call);
	const alive = new Set(found.map(({ id }) => id));
	return instances.filter(({ id }) => alive.has(id));
}

async function run(
	host: Host,
	command: readonly [string, ...string[]],
	{ signal }: Call,
): Promise<readonly ServiceProcess[]> {
	const { stdout } = await host.run(command, { signal });
	const lines = stdout
		.toString()
		.split("\n")
		.filter((line) => line !== "");
	return lines.map((line) => {
		const [pid = "", ticks = "", seconds = ""] = line.split(" ");
		return {
			id: `${pid}@${ticks}`,
			name: `process ${pid}`,
			pid: Number(pid),
			startedAt: Number(seconds) * 1000,
		};
	});
}
