import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** A process of the benchmark's own, which ends when it is disposed of, and with its parent. */
export interface Child extends AsyncDisposable {
	/** What it tells first. Rejects when it ends without. */
	readonly told: Promise<unknown>;
	/** Sends it something, and waits for what it tells then; one at a time. Rejects when it ends without. */
	ask(question: string): Promise<unknown>;
}

/** How a process is started. */
export interface ChildOptions {
	readonly signal: AbortSignal;
	/** The file that its CPU profile goes to; default: none. */
	readonly profile?: string | undefined;
	/** Added to the little that it has otherwise. */
	readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** Starts a module. Its output is ours. */
export function startChild(
	module: URL,
	commandLine: readonly string[],
	{ signal, profile, environment }: ChildOptions,
): Child {
	const execArgv =
		profile === undefined
			? []
			: [
					"--cpu-prof",
					`--cpu-prof-dir=${dirname(profile)}`,
					`--cpu-prof-name=${basename(profile)}`,
				];
	const child = fork(fileURLToPath(module), commandLine, {
		execArgv,
		signal,
		// No credentials and settings of the user's: they cost time, or lead elsewhere.
		env: {
			PATH: process.env.PATH,
			AWS_EC2_METADATA_DISABLED: "true",
			...environment,
		},
	});
	const ended = new Promise<void>((resolve) => {
		child.once("error", () => resolve());
		child.once("exit", () => resolve());
	});
	return {
		told: nextMessage(child, ended),
		async ask(question) {
			const answer = nextMessage(child, ended);
			child.send(question);
			return await answer;
		},
		async [Symbol.asyncDispose]() {
			if (child.connected) child.disconnect();
			await ended;
		},
	};
}

async function nextMessage(
	child: ChildProcess,
	ended: Promise<void>,
): Promise<unknown> {
	const message = once(child, "message").then(([next]) => next);
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

/** Answers whatever the parent asks from now on; the first word is ours. Rejects, and so ends the process, when an answer fails. */
export async function answerParent(
	first: string | object,
	answer: (question: unknown) => Promise<object>,
): Promise<never> {
	tellParent(first);
	for (;;) {
		const [question] = await once(process, "message");
		process.send?.(await answer(question));
	}
}
