import { randomUUID } from "node:crypto";
import type { Host } from "../host/host.ts";
import { maskedLines } from "../masking/mask.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import {
	COUNT_LINES,
	type CollectorEnd,
	parseCollection,
} from "./collection.ts";

/** How a registry's collector is run. */
export interface CollectorCommand {
	readonly host: Host;
	readonly command: readonly [string, ...string[]];
	/**
	 * The id of the process whose environment it needs, for what overrides the configuration, as it is when it is run;
	 * `undefined`: it needs none, or that cannot be told.
	 */
	readonly environmentOf: (call: Call) => Promise<string | undefined>;
	/** As a person would type it. */
	readonly shown: string;
}

/** A collector that can be run, and be ended. */
export interface Collector {
	/** Resolves when it has ended. After a rejection it may still run: `end` it. */
	run(call: Call): Promise<CollectorEnd>;
	/**
	 * Ends what is left of it: an ssh that was ended leaves alone what it has begun. Rejects with a `RegistryError` when it
	 * is not proven to have ended.
	 */
	end(): Promise<void>;
}

/** By this variable it is found again among the processes of its host. */
const MARK = "REGMIGRATE_COLLECTION";

/**
 * Runs the command with the environment of another process: it goes from one to the other there, through no command line
 * and not through us (I7). Line breaks in values come out as a control character.
 */
const RUN = `
mark=$1 pid=$2
shift 2
if [ -n "$pid" ]; then
	variables=$(tr '\\000\\n' '\\n\\001' <"/proc/$pid/environ") || exit
	while IFS= read -r variable; do
		case $variable in [A-Za-z_]*=*) ;; *) continue ;; esac
		case \${variable%%=*} in *[!A-Za-z0-9_]* | PATH | PWD | OLDPWD | SHLVL | IFS | _) continue ;; esac
		export "$variable"
	done <<END
$variables
END
fi
export ${MARK}="$mark"
{ "$@" 2>&1 </dev/null; echo "regmigrate-exit $?"; } | awk '${COUNT_LINES}'`;

/** Ends all processes that have the mark, politely and then for good; 0: none is left. */
const END = `
[ -r /proc/self/environ ] || exit 3
marked() {
	for folder in /proc/[0-9]*; do
		tr '\\000' '\\n' 2>/dev/null <"$folder/environ" | grep -qxF "${MARK}=$1" && echo "\${folder#/proc/}"
	done 2>/dev/null
}
for second in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	left=$(marked "$1")
	[ -n "$left" ] || exit 0
	[ "$second" -lt 10 ] && kill -TERM $left 2>/dev/null || kill -KILL $left 2>/dev/null
	sleep 1
done
exit 1`;

/** A collector that may take as long as that (ms). */
export function collectorOf(
	{ host, command, environmentOf, shown }: CollectorCommand,
	timeoutMs: number,
): Collector {
	const mark = randomUUID();
	return {
		async run({ signal }) {
			const pid = (await environmentOf({ signal })) ?? "";
			const { code, stdout, stderr } = await host.run(
				["sh", "-c", RUN, "sh", mark, pid, ...command],
				{ signal, timeoutMs },
			);
			const end = parseCollection(stdout.toString());
			if (code === 0 && end.exitCode !== undefined)
				return { ...end, said: masked(end.said) };
			throw new RegistryError(
				"failed",
				`"${shown}" on ${host.name} could not be run${lastLine(stderr)}`,
			);
		},
		async end() {
			const { code } = await host.run(["sh", "-c", END, "sh", mark]);
			if (code === 0) return;
			throw new RegistryError(
				"unproven",
				`"${shown}" on ${host.name} may still run`,
			);
		},
	};
}

/** What it says of a configuration may quote it (I7). */
function masked(said: readonly string[]): readonly string[] {
	const [lines = []] = maskedLines([{ text: said.join("\n"), isRuby: false }]);
	return said.length === 0 ? said : lines;
}

function lastLine(stderr: string): string {
	const line = stderr.trim().split("\n").at(-1) ?? "";
	return line === "" ? "" : `: ${line}`;
}
