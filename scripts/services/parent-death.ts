import { spawnSync } from "node:child_process";
import { findExecutable } from "./find-executable.ts";

let setprivPath: Promise<string | undefined> | undefined;

/**
 * The command line that also ends the command when we die without a chance to clean up, SIGKILL included.
 * It takes the kernel's help through util-linux's `setpriv`, which becomes the command: the process id stays
 * the child's. Where there is none, the command line as it is.
 */
export async function boundToParent(
	signal: "KILL" | "TERM",
	command: string,
	commandArguments: readonly string[],
): Promise<[string, readonly string[]]> {
	setprivPath ??= findCapableSetpriv();
	const setpriv = await setprivPath;
	if (setpriv === undefined) return [command, commandArguments];
	return [setpriv, ["--pdeathsig", signal, "--", command, ...commandArguments]];
}

async function findCapableSetpriv(): Promise<string | undefined> {
	const path = await findExecutable("setpriv");
	if (path === undefined) return undefined;
	// Busybox has a setpriv that lacks the option.
	const trial = spawnSync(
		path,
		["--pdeathsig", "TERM", "--", process.execPath, "--version"],
		{ stdio: "ignore" },
	);
	return trial.status === 0 ? path : undefined;
}
