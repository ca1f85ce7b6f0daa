import type { Host } from "./host.ts";

/** Commands that change who runs a command, and not where. */
const SAME_PLACE = new Set(["sudo", "doas", "env", "nice"]);

/** Where a command takes the one that follows it, word by word: into a container (`docker exec -i NAME`), to another user. */
export function viaHost(
	base: Host,
	prefix: readonly [string, ...string[]],
): Host {
	const [program, ...rest] = prefix;
	const by = prefix.join(" ");
	const name = base.isLocal ? by : `${by} on ${base.name}`;
	return {
		name,
		isLocal: base.isLocal && SAME_PLACE.has(program),
		run: (command, options) =>
			base.run([program, ...rest, ...command], options),
	};
}
