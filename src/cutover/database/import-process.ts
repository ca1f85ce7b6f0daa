import type { Host } from "../../registry/host/host.ts";
import type { Call } from "../course/step.ts";

/**
 * Prints the ids of processes that import metadata into a database: `registry database import`, or what starts it,
 * `gitlab-ctl registry-database import`. Files without the word are passed over; the brackets keep it from finding itself.
 */
const LOOK = String.raw`
for file in $(grep -ls 'databas[e]' "$1"/[0-9]*/cmdline 2>/dev/null); do
	words=$(tr '\000' ' ' <"$file" 2>/dev/null) || continue
	case "$words" in
		*registry*[\ -]databas[e]" import "*) id="${"$"}{file#"$1"/}"; echo "${"$"}{id%%/*}" ;;
	esac
done
exit 0
`;

/**
 * The ids of processes on a host that import a registry's metadata into a database. It sees what may be seen of this host's
 * processes: none of another host, or of a container that is not this one's. `processes` is where the host tells of them.
 */
export async function importsOn(
	host: Host,
	{ signal }: Call,
	processes = "/proc",
): Promise<readonly string[]> {
	const { stdout } = await host.run(["sh", "-c", LOOK, "sh", processes], {
		signal,
	});
	return stdout
		.toString()
		.split("\n")
		.filter((line) => line !== "");
}
