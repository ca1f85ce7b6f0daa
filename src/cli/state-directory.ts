import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Flags } from "@oclif/core";

/** The flag that says where a command keeps what it knows from run to run. */
export const stateDirectoryFlag = {
	"state-directory": Flags.string({
		helpValue: "DIR",
		env: "REGMIGRATE_STATE_DIRECTORY",
		description:
			"where to keep the index of what was copied, so that the next pass costs only what has changed (default: /var/lib/regmigrate for root, else regmigrate in XDG_STATE_HOME or ~/.local/state)",
	}),
};

/** Who runs the command, and in which environment. */
export interface StateUser {
	readonly isRoot: boolean;
	readonly home: string;
	readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The directory of the flag, else the one that is customary for such state. Source: Filesystem Hierarchy Standard 3.0,
 * /var/lib; XDG Base Directory Specification, XDG_STATE_HOME, which counts only when it is absolute.
 */
export function stateDirectory(
	flag: string | undefined,
	user: StateUser = currentUser(),
): string {
	if (flag !== undefined) return resolve(flag);
	if (user.isRoot) return "/var/lib/regmigrate";
	const { XDG_STATE_HOME: xdg } = user.environment;
	const state = xdg?.startsWith("/") ? xdg : join(user.home, ".local", "state");
	return join(state, "regmigrate");
}

/** Where the index of a source and a target is; by their identities, however they were spelled. */
export function indexPath(
	directory: string,
	source: { readonly identity: string },
	target: { readonly identity: string },
): string {
	const name = createHash("sha256")
		.update(`${source.identity}\n${target.identity}`)
		.digest("hex")
		.slice(0, 16);
	return join(directory, `${name}.index`);
}

function currentUser(): StateUser {
	return {
		isRoot: process.getuid?.() === 0,
		home: homedir(),
		environment: process.env,
	};
}
