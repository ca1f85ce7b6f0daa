import type { Call, Instance } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { Host } from "./host.ts";

/** A process of a host. Its `id` is that of the process with its start, so that it is never used twice. */
export interface HostProcess extends Instance {
	readonly pid: number;
	/** When it was started (ms since 1970); a second more or less, by the host's clock. */
	readonly startedAt: number;
}

/**
 * Prints for each process id: id, start in ticks since the host was started, start in seconds since 1970. Those that have
 * ended and were not waited for yet (`Z`) serve nobody.
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
[ -r /proc/stat ] || exit 3
for pid do tell "$pid"; done`;

/** Those of these processes that are there. */
export async function runningProcesses(
	host: Host,
	pids: readonly string[],
	{ signal }: Call = {},
): Promise<readonly HostProcess[]> {
	if (pids.length === 0) return [];
	const { code, stdout } = await host.run(["sh", "-c", SCRIPT, "sh", ...pids], {
		signal,
	});
	// That nothing was printed must not be taken for that nothing runs.
	if (code !== 0)
		throw new RegistryError(
			"failed",
			`Cannot look at the processes of ${host.name}: its /proc cannot be read`,
		);
	const lines = stdout.toString().split("\n");
	return lines
		.filter((line) => line !== "")
		.map((line) => {
			const [pid = "", ticks = "", seconds = ""] = line.split(" ");
			return {
				id: `${pid}@${ticks}`,
				name: `process ${pid}`,
				pid: Number(pid),
				startedAt: Number(seconds) * 1000,
			};
		});
}

/** Of these, those that have not ended. */
export async function stillRunning(
	host: Host,
	instances: readonly Instance[],
	call: Call = {},
): Promise<readonly Instance[]> {
	const pids = instances.map(({ id }) => id.split("@", 1)[0] ?? "");
	const found = await runningProcesses(host, pids, call);
	const alive = new Set(found.map(({ id }) => id));
	return instances.filter(({ id }) => alive.has(id));
}
