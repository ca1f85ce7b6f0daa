import { hostname, userInfo } from "node:os";
import { Flags } from "@oclif/core";
import type { Environment } from "../../store/environment.ts";
import { durationOf } from "../duration.ts";
import { stateFlags } from "../state-directory.ts";
import { UsageError } from "../usage-error.ts";
import { registryFlags } from "./registry-flags.ts";

/** The flags of the commands that switch a registry. */
export const switchFlags = {
	...registryFlags,
	"dry-run": Flags.boolean({
		char: "n",
		description:
			"print what would be written and run on each node, and change nothing",
	}),
	yes: Flags.boolean({ char: "y", description: "do it without asking" }),
	timeout: Flags.string({
		default: "2m",
		helpValue: "DURATION",
		description:
			"how long a node may take to answer as it is to, once its commands have ended; and what served it before to end, beyond its own drain time-out",
	}),
	"command-timeout": Flags.string({
		default: "30m",
		helpValue: "DURATION",
		description: "how long the commands of one node may take",
	}),
	"accept-pending": Flags.boolean({
		description:
			"of GitLab's Linux package or chart: change it also where that brings other changes into force that are pending",
	}),
	...stateFlags,
};

/** How long things may take (ms), as the flags say. Throws a `UsageError`. */
export function switchTimes(flags: {
	readonly timeout: string;
	readonly "command-timeout": string;
}): { readonly timeoutMs: number; readonly commandTimeoutMs: number } {
	return {
		timeoutMs: durationOf("timeout", flags.timeout),
		commandTimeoutMs: durationOf("command-timeout", flags["command-timeout"]),
	};
}

/** Throws a `UsageError` where somebody would have to be asked, and nobody can be. */
export function requireSomebody(isAnybodyThere: boolean, what: string): void {
	if (isAnybodyThere) return;
	throw new UsageError(
		`${what} asks before it changes anything, and there is no terminal to ask at`,
		["Look at what would be done with --dry-run, then run it with --yes."],
	);
}

/** Who does it, for the record: `operator@host`; whoever became root by sudo by their own name. */
export function operatorName(environment: Environment): string {
	return `${environment.SUDO_USER || userName()}@${hostname()}`;
}

function userName(): string {
	try {
		return userInfo().username;
	} catch {
		// A user that has no name, as in a container.
		return `user ${process.getuid?.()}`;
	}
}
