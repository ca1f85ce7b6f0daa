import type { Call, Instance } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { endingOf } from "./ending.ts";
import type { Host } from "./host.ts";

/** A process of a host. Its `id` is that of the process with its start, so that it is never used twice. */
export interface HostProcess extends Instance {
	readonly pid: string;
	/** When it was started (ms since 1970), by the host's clock, to some hundredths of a second. */
	readonly startedAt: number;
}

/**
 * Prints, for each process id: id, state, and start in ticks since the host was started; before that, the clock, how long
 * the host has been up, and how many ticks a second has.
 */
const TELL = `
export LC_ALL=C
echo "$(date +%s.%N) $(cat /proc/uptime) $(getconf CLK_TCK 2>/dev/null || echo 100)"
tell() {
	line=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
	pid=$1
	set -- $\{line##*) }
	state=$1
	shift 19
	echo "$pid $state $1"
}
`;

/** Prints the inodes of the sockets that listen on a port (hex), and then who has them open, as `ls` does. */
const LISTENERS = String.raw`
inodes=
for table in /proc/net/tcp /proc/net/tcp6; do
	[ -r "$table" ] || continue
	while read -r _ local _ state _ _ _ _ _ inode _; do
		case "$local $state" in *":$1 0A") inodes="$inodes|$inode" ;; esac
	done <"$table"
done
echo "$inodes"
[ -n "$inodes" ] || exit 0
ls -l /proc/[0-9]*/fd 2>/dev/null | grep -E "^/proc/|socket:\[(${"$"}{inodes#|})\]$"
exit 0
`;

/**
 * The processes that listen on a port of the host; `undefined`: there are some, and we may not see which. They are those
 * of the host's own network, so of a container without a network of its own what forwards to it.
 */
export async function listenersOf(
	host: Host,
	port: number,
	{ signal }: Call = {},
): Promise<readonly HostProcess[] | undefined> {
	const hex = port.toString(16).toUpperCase().padStart(4, "0");
	const { stdout } = await host.run(["sh", "-c", LISTENERS, "sh", hex], {
		signal,
	});
	const [inodes = "", ...lines] = stdout.toString().split("\n");
	if (inodes === "") return [];
	const pids = new Set<string>();
	let pid = "";
	for (const line of lines) {
		const header = /^\/proc\/(\d+)\/fd:$/.exec(line)?.[1];
		if (header !== undefined) pid = header;
		else if (line !== "") pids.add(pid);
	}
	if (pids.size === 0) return undefined;
	return await processesOf(host, [...pids], { signal });
}

/** The processes whose ids a shell line of the operator prints. Rejects with a `RegistryError` (`failed`) when it fails. */
export async function printedProcesses(
	host: Host,
	line: string,
	{ signal }: Call = {},
): Promise<readonly HostProcess[]> {
	const { code, stdout } = await host.run(["sh", "-c", line], { signal });
	const pids = stdout
		.toString()
		.split(/\s+/)
		.filter((word) => word !== "");
	if (code !== 0 || !pids.every((pid) => /^\d+$/.test(pid)))
		throw new RegistryError(
			"failed",
			`The command "${line}" on ${host.name}, which is to print the ids of the registry's processes, ${code === 0 ? "prints something else" : endingOf(code)}`,
		);
	return await processesOf(host, pids, { signal });
}

/** Of these, those that have not ended. What has ended and was not waited for yet serves nobody. */
export async function stillRunning(
	host: Host,
	instances: readonly Instance[],
	call?: Call,
): Promise<readonly Instance[]> {
	const pids = instances.map(({ id }) => id.split("@", 1)[0] ?? "");
	if (pids.length === 0) return [];
	const found = await processesOf(host, pids, call);
	return instances.filter(({ id }) => found.some((one) => one.id === id));
}

/** Those of these processes that are there. */
export async function processesOf(
	host: Host,
	pids: readonly string[],
	{ signal }: Call = {},
): Promise<readonly HostProcess[]> {
	const script = `${TELL}\nfor one do tell "$one"; done`;
	const { stdout } = await host.run(["sh", "-c", script, "sh", ...pids], {
		signal,
	});
	const [clock = "", ...lines] = stdout.toString().split("\n");
	const [now = "", up = "", , ticksPerSecond = ""] = clock.split(" ");
	const bootAt = Number.parseFloat(now) - Number(up);
	return lines.flatMap((line) => {
		const [pid, state = "", ticks] = line.split(" ");
		if (pid === undefined || ticks === undefined || /[ZXx]/.test(state))
			return [];
		const seconds = bootAt + Number(ticks) / Number(ticksPerSecond);
		return [
			{
				id: `${pid}@${ticks}`,
				name: `process ${pid}`,
				pid,
				startedAt: seconds * 1000,
			},
		];
	});
}
