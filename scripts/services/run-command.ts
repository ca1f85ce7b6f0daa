import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { proxyEnvironment, quietEnvironment } from "./environment.ts";
import { boundToParent } from "./parent-death.ts";

/** How a command is run. */
export interface RunOptions {
	/** Added to, or with `undefined` taken from, our own environment. */
	readonly environment?:
		| Readonly<Record<string, string | undefined>>
		| undefined;
	/** Default: our own. */
	readonly directory?: string | undefined;
	/** Ends the command with SIGTERM. */
	readonly signal?: AbortSignal | undefined;
}

/** What a command that ran to its end left behind. */
export interface CommandResult {
	readonly exitCode: number;
	readonly stdout: string;
	readonly stderr: string;
}

/**
 * Runs a command without standard input and collects its output.
 * Throws only when it cannot be started or ends by a signal.
 */
export async function runCommand(
	command: string,
	commandArguments: readonly string[],
	options: RunOptions = {},
): Promise<CommandResult> {
	const [file, fileArguments] = await boundToParent(
		"TERM",
		command,
		commandArguments,
	);
	const child = spawn(file, fileArguments, {
		stdio: ["ignore", "pipe", "pipe"],
		env: quietEnvironment({ ...proxyEnvironment(), ...options.environment }),
		cwd: options.directory,
		signal: options.signal,
		killSignal: "SIGTERM",
	});
	const exited = new Promise<number>((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (exitCode, signal) => {
			if (exitCode === null)
				reject(new Error(`${command} was ended by ${signal ?? "a signal"}`));
			else resolve(exitCode);
		});
	});
	const [exitCode, stdout, stderr] = await Promise.all([
		exited,
		text(child.stdout),
		text(child.stderr),
	]);
	return { exitCode, stdout, stderr };
}
