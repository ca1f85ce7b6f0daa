import { shellWords } from "../host/shell-words.ts";

/** What a shell takes for the name of a variable. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What the service has where nothing is known of it. */
const USUAL_PATH =
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * The environment of a rehearsal, as commands of a shell. It is that of the registry's own process, and nothing of ours:
 * credentials that we have are not the registry's. Left out is what goes before its configuration (`REGISTRY_…`), for
 * that would send it to the storage in use. Secrets inside (I7).
 */
export function servedEnvironment(
	environment: ReadonlyMap<string, string> | undefined,
): string {
	const variables = new Map([
		["PATH", USUAL_PATH],
		["HOME", "/"],
		...(environment ?? []),
		// It would look for a collector of traces, and tell of it in its log.
		["OTEL_TRACES_EXPORTER", "none"],
	]);
	return [...variables]
		.filter(([name]) => NAME.test(name) && !name.startsWith("REGISTRY_"))
		.map(([name, value]) => `export ${name}=${shellWords([value])}\n`)
		.join("");
}
