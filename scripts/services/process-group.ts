import { readdirSync, readFileSync } from "node:fs";
import {
	identifyProcess,
	isRunning,
	type ProcessIdentity,
} from "./process-identity.ts";

/** In the environment of a group's processes; what such a process starts inherits it. */
const VARIABLE = "REGMIGRATE_SERVICES_GROUP";

/** The environment that makes a process a member of the group. */
export function groupEnvironment(group: string): Record<string, string> {
	return { [VARIABLE]: group };
}

/**
 * Every running process of the group: the kernel is asked, not our notes, which end when whoever wrote them is killed.
 * Nobody else has a group's name in their environment, so none but its processes are found.
 */
export function processesOf(group: string): readonly ProcessIdentity[] {
	return readdirSync("/proc")
		.map((name) => memberOf(group, Number(name)))
		.filter((identity) => identity !== undefined);
}

function memberOf(group: string, pid: number): ProcessIdentity | undefined {
	const identity = identifyProcess(pid);
	if (identity === undefined) return undefined;
	try {
		const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
		const isMember = environment.split("\0").includes(`${VARIABLE}=${group}`);
		// Its id may have gone to another process between the two looks.
		return isMember && isRunning(identity) ? identity : undefined;
	} catch {
		// Another user's, or gone: not ours.
		return undefined;
	}
}
