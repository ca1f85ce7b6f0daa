import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** A process of the benchmark's own, which ends when it is disposed of, and with its parent. */
export interface Child extends AsyncDisposable {
	/** What it tells, once. Rejects when it ends without. */
	readonly told: Promise<unknown>;
}

/** Starts a module of this folder. Its output is ours. */
export function startChild(
	module: string,
	commandLine: readonly string[],
	{
		signal,
		profile,
	}: {
		readonly signal: AbortSignal;
		/** The file that its CPU profile goes to; default: none. */
		readonly profile?: string | undefined;
	},
): Child {
	const path = fileURLToPath(new URL(module, import.meta.url));
	const execArgv =
		profile === undefined
			? []
			: [
					"--cpu-prof",
					`--cpu-prof-dir=${dirname(profile)}`,
					`--cpu-prof-name=${basename(profile)}`,
				];
	// No credentials and settings of the user's: they cost time, or lead elsewhere.
	const env = { PATH: process.env.PATH, AWS_EC2_METADATA_DISABLED: "true" };
	const child = fork(path, commandLine, { execArgv, signal, env });
	const ended = new Promise<void>((resolve) => {
		child.once("error", () => resolve());
		child.once("exit", () => resolve());
	});
	return {
		told: firstMessage(child, ended),
		async [Symbol.asyncDispose]() {
			if (child.connected) child.disconnect();
			await ended;
		},
	};
}

async function firstMessage(
	child: ChildProcess,
	ended: Promise<void>,
): Promise<unknown> {
	const message = once(child, "message").then(([first]) => first);
	const end = ended.then(() => {
		throw new Error(`${child.spawnargs.slice(1).join(" ")} has failed`);
	});
	return await Promise.race([message, end]);
}

/** Tells the parent what it waits for. The process ends when the parent is done with it, or has ended itself. */
export function tellParent(message: string | object): void {
	process.once("disconnect", () => process.exit());
	process.send?.(message);
}
