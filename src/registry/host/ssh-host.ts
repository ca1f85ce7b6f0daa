import { RegistryError } from "../registry-error.ts";
import { lastWords } from "./ending.ts";
import type { Host } from "./host.ts";
import { shellWords } from "./shell-words.ts";
import { spawnCommand } from "./spawn-command.ts";

/** What ssh itself ends with when it does not get through. Source: ssh(1), exit status. */
const NOT_CONNECTED = 255;

/**
 * Another machine, by the operator's own ssh with its configuration, keys and agent. Nobody is there to be asked for a
 * password (`BatchMode`). What takes too long there is left alone when ssh is ended: it may go on.
 */
export function sshHost(destination: string): Host {
	if (destination === "" || destination.startsWith("-"))
		throw new RegistryError(
			"refused",
			`${JSON.stringify(destination)} is no destination of ssh`,
			{ suggestions: ["Write it as root@registry-2.example.com."] },
		);
	return {
		name: destination,
		isLocal: false,
		async run(command, options = {}) {
			const result = await spawnCommand(
				["ssh", "-o", "BatchMode=yes", "--", destination, shellWords(command)],
				options,
				`on ${destination}`,
			);
			if (result.code === NOT_CONNECTED)
				throw new RegistryError(
					"unreachable",
					`Cannot reach ${destination} by ssh${lastWords(result.stderr)}`,
					{ suggestions: [`Try: ssh -o BatchMode=yes ${destination} true`] },
				);
			return result;
		},
	};
}
