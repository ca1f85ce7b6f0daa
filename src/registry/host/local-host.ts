import type { Host } from "./host.ts";
import { spawnCommand } from "./spawn-command.ts";

/** This machine. */
export const localHost: Host = {
	name: "this machine",
	isLocal: true,
	run: (command, options = {}) =>
		spawnCommand(command, options, "on this machine"),
};
