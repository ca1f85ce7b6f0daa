import type { HostDescription } from "../description.ts";
import { RegistryError } from "../registry-error.ts";
import type { Host } from "./host.ts";
import { localHost } from "./local-host.ts";
import { sshHost } from "./ssh-host.ts";
import { viaHost } from "./via-host.ts";

/** What a shell, and what runs commands in containers, ends with when the program is not there. Source: POSIX, 2.8.2. */
const NO_SUCH_PROGRAM = 127;

/**
 * The host that a description names. Nothing is connected to yet. `via` is run where `ssh` leads. Throws a `RegistryError`
 * (`refused`) for a destination that ssh would take for an option.
 */
export function openHost({ ssh, via = [] }: HostDescription): Host {
	const [program, ...rest] = via;
	if (ssh === undefined && program === undefined) return localHost;
	const base = ssh === undefined ? localHost : sshHost(ssh);
	return refusingMissingPrograms(
		program === undefined ? base : viaHost(base, [program, ...rest]),
	);
}

/**
 * Where a program is started by another one, that it is not there shows in the exit code alone. A shell that was run ends
 * likewise when something in its script is not there: that is its own affair.
 */
function refusingMissingPrograms({ name, isLocal, run }: Host): Host {
	return {
		name,
		isLocal,
		async run(command, options) {
			const result = await run(command, options);
			const [program] = command;
			if (result.code === NO_SUCH_PROGRAM && program !== "sh")
				throw new RegistryError(
					"not-found",
					`Cannot run ${program} on ${name}: there is no such program`,
				);
			return result;
		},
	};
}
