import type { Host } from "../host/host.ts";
import type { Call } from "../node.ts";

/** What starts a collection on a host by itself. */
export interface Schedules {
	/** Files of cron and systemd that name one. */
	readonly files: readonly string[];
	/** Folders that may not be looked into by us. */
	readonly hidden: readonly string[];
}

/**
 * Where cron and systemd have what they start, below the root directory. `/etc/cron.d/registry-garbage-collect` is what
 * GitLab's documentation has people write.
 */
const PLACES = [
	...["crontab", "anacrontab", "cron.d/*", "cron.hourly/*", "cron.daily/*"],
	...["cron.weekly/*", "cron.monthly/*", "systemd/system/*"],
].map((place) => `etc/${place}`);
const SPOOLS = ["var/spool/cron", "var/spool/cron/crontabs"];
const UNITS = ["lib/systemd/system/*", "usr/lib/systemd/system/*"];

/** Lines that are commented out start nothing. */
const SCRIPT = `
cd -- "$1" || exit
for file in ${[...PLACES, ...SPOOLS.map((spool) => `${spool}/*`), ...UNITS].join(" ")}; do
	[ -f "$file" ] && grep -qE '^[^#]*garbage-collect' -- "$file" 2>/dev/null && echo "file $(readlink -f -- "$file")"
done
for spool in ${SPOOLS.join(" ")}; do
	[ -d "$spool" ] && ! [ -r "$spool" -a -x "$spool" ] && echo "hidden $(readlink -f -- "$spool")"
done
exit 0`;

/** Finds what starts a collection on a host by itself; `root` is where paths begin there. Rejects as `Host.run` does. */
export async function findSchedules(
	host: Host,
	{ signal }: Call = {},
	root = "/",
): Promise<Schedules> {
	const { stdout } = await host.run(["sh", "-c", SCRIPT, "sh", root], {
		signal,
	});
	const lines = [...new Set(stdout.toString().split("\n"))];
	const after = (word: string) =>
		lines
			.filter((line) => line.startsWith(word))
			.map((line) => line.slice(word.length));
	return { files: after("file "), hidden: after("hidden ") };
}

/** What the operator should know of them: sentences. */
export function scheduleNotes(
	node: string,
	{ files, hidden }: Schedules,
): readonly string[] {
	return [
		...files.map(
			(file) =>
				`${file} on ${node} starts a collection by itself: take it out for as long as a migration lasts, for it would delete from under a pass.`,
		),
		...hidden.map(
			(folder) =>
				`${folder} on ${node} may not be looked into by us: it is not known whether something in it starts a collection by itself.`,
		),
	];
}
