import { type ChildProcess, spawn } from "node:child_process";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { LONGEST_MS } from "../../store/wait.ts";
import { RegistryError } from "../registry-error.ts";
import { noSuchProgram } from "./ending.ts";
import type { CommandOptions, CommandResult } from "./host.ts";
import { collect, collectTail } from "./output.ts";

const TIMEOUT_MS = 60_000;
/** The most that a command may print (bytes). */
const MAX_STDOUT = 16 * 1024 * 1024;
const MAX_STDERR = 64 * 1024;
/** How long a command may take to end when it is told to (ms). */
const GRACE_MS = 2000;
/** How long output is waited for that something holds open which the command left behind (ms). */
const DRAIN_MS = 250;

/** How often a program is started that a terminal's signal ends before it runs. */
const STARTS = 3;
/** What a terminal sends to all that belong to it: Ctrl-C, Ctrl-\\, and when it is lost. */
const OF_TERMINAL: ReadonlySet<string | null> = new Set([
	...["SIGINT", "SIGQUIT", "SIGHUP"],
]);

/**
 * Runs a program of this machine in a process group of its own, so that a Ctrl-C that is meant for us does not reach it,
 * and all that it started ends with it when it takes too long or the signal says so. What it leaves running of its own
 * accord when it ends goes on. `place` is where it runs, for messages: "on this machine".
 *
 * For a moment before it has its own group it is in ours, and a signal of the terminal ends it. Then it has not begun, and is
 * started once more.
 */
export async function spawnCommand(
	command: readonly [string, ...string[]],
	options: CommandOptions,
	place: string,
): Promise<CommandResult> {
	for (let start = 1; ; start++) {
		const { endedBy, ...result } = await runOnce(command, options, place);
		const isUnbegun =
			OF_TERMINAL.has(endedBy) &&
			result.stdout.length + result.stderr.length === 0 &&
			!(options.input instanceof Readable);
		if (!isUnbegun || start === STARTS) return result;
	}
}

async function runOnce(
	[program, ...words]: readonly [string, ...string[]],
	{ signal, input, timeoutMs = TIMEOUT_MS }: CommandOptions,
	place: string,
): Promise<CommandResult & { readonly endedBy: NodeJS.Signals | null }> {
	signal?.throwIfAborted();
	const child = spawn(program, words, {
		stdio: ["pipe", "pipe", "pipe"],
		detached: true,
	});
	let cut: RegistryError | undefined;
	const cutOff = (code: "failed" | "timed-out", what: string) => {
		cut = new RegistryError(code, `${program} ${place} ${what}, and was ended`);
		endGroup(child);
	};
	const onAbort = () => endGroup(child);
	signal?.addEventListener("abort", onAbort, { once: true });
	const timer = setTimeout(
		() => cutOff("timed-out", `took longer than ${timeoutMs / 1000} s`),
		// A longer one would be over at once.
		Math.min(timeoutMs, LONGEST_MS),
	);
	try {
		const [code, stdout, stderr] = await Promise.all([
			exitOf(child, program, place),
			collect(child.stdout, MAX_STDOUT, () =>
				cutOff("failed", `printed more than ${MAX_STDOUT} bytes`),
			),
			collectTail(child.stderr, MAX_STDERR),
			feed(child, input),
		]);
		signal?.throwIfAborted();
		if (cut !== undefined) throw cut;
		return { code, stdout, stderr, endedBy: child.signalCode };
	} finally {
		clearTimeout(timer);
		signal?.removeEventListener("abort", onAbort);
	}
}

/** Waits for the program's end. The output of what it left behind is not waited for. */
async function exitOf(
	child: ChildProcess,
	program: string,
	place: string,
): Promise<number | undefined> {
	const { promise, resolve, reject } = Promise.withResolvers<
		number | undefined
	>();
	child.once("error", reject);
	child.once("exit", (code) => resolve(code ?? undefined));
	try {
		return await promise;
	} catch (error) {
		throw startError(error, program, place);
	} finally {
		const release = setTimeout(() => {
			child.stdout?.destroy();
			child.stderr?.destroy();
		}, DRAIN_MS);
		child.once("close", () => clearTimeout(release));
	}
}

function startError(
	error: unknown,
	program: string,
	place: string,
): RegistryError {
	const code = error instanceof Error && "code" in error ? error.code : "";
	if (code === "ENOENT") return noSuchProgram(program, place, { cause: error });
	return new RegistryError(
		code === "EACCES" ? "permission-denied" : "failed",
		`Cannot run ${program} ${place}: ${code === "EACCES" ? "it may not be run" : `the system says ${code}`}`,
		{ cause: error },
	);
}

async function feed(
	{ stdin }: ChildProcess,
	input: Uint8Array | string | Readable = "",
): Promise<void> {
	if (stdin === null) return;
	try {
		await pipeline(
			input instanceof Readable ? input : [Buffer.from(input)],
			stdin,
		);
	} catch {
		// It ended, or closed its input, without reading all: its exit code says whether that is well.
	}
}

/** Ends a program and what it started: politely, and then for good. */
function endGroup(child: ChildProcess): void {
	signalGroup(child, "SIGTERM");
	const kill = () => signalGroup(child, "SIGKILL");
	// What outlives the program in its group is ended with it; a program that does not end is given no more time.
	child.once("exit", kill);
	void sleep(GRACE_MS, undefined, { ref: false }).then(() => {
		if (child.exitCode === null && child.signalCode === null) kill();
	});
}

function signalGroup({ pid }: ChildProcess, name: NodeJS.Signals): void {
	if (pid === undefined) return;
	try {
		process.kill(-pid, name);
	} catch {
		// Nothing of it is left.
	}
}
