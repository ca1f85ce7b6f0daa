import type { HostDescription } from "../description.ts";
import { NO_SUCH_PROGRAM, noSuchProgram } from "./ending.ts";
import type { Host } from "./host.ts";
import { localHost } from "./local-host.ts";
import { sshHost } from "./ssh-host.ts";
import { viaHost } from "./via-host.ts";

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
				throw noSuchProgram(program, `on ${name}`);
			return result;
		},
	};
}
