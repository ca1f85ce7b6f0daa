import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { boundToParent } from "../../scripts/services/parent-death.ts";

const PROGRAM = fileURLToPath(new URL("../../src/bin.ts", import.meta.url));

/** Where Node keeps what it compiled: it starts the program in a third of the time. */
const COMPILED = fileURLToPath(
	new URL("../../node_modules/.cache/regmigrate-tests", import.meta.url),
);

/** Variables by which a test runner changes how Node or oclif behave in its children. */
const RUNNER =
	/^(NODE_ENV|NODE_OPTIONS|NODE_V8_COVERAGE|VITEST.*|DEBUG|.*COLOR.*)$/;

export interface ProgramOptions {
	/** Added to the environment of the test, or with `undefined` taken from it. */
	readonly environment?:
		| Readonly<Record<string, string | undefined>>
		| undefined;
	/** A command, with its arguments, that becomes the program. */
	readonly wrapper?: readonly string[] | undefined;
	/** The user to run as; only root may choose. */
	readonly userId?: number | undefined;
	/** Options of Node itself. */
	readonly nodeOptions?: readonly string[] | undefined;
	/** Where a shell sends standard output instead: `/dev/full`. */
	readonly outputTo?: string | undefined;
}

/** How the program ended, and what it wrote. */
export interface ProgramResult {
	/** `null` when a signal ended it. */
	readonly exitCode: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** The program while it runs. */
export interface RunningProgram {
	readonly child: ChildProcessByStdio<null, Readable, Readable>;
	/** What it writes; when nobody reads it, it waits once a pipe is full. */
	readonly stdout: Readable;
	/** Resolves after the program and everything that it wrote to standard error. */
	readonly ended: Promise<Pick<ProgramResult, "exitCode" | "stderr">>;
}

/**
 * Starts the program as a user does, as a process of its own. It does not outlive the test run; what it keeps from run
 * to run is that of all runs of the test file by the same user.
 */
export async function startProgram(
	programArguments: readonly string[],
	options: ProgramOptions = {},
): Promise<RunningProgram> {
	const { wrapper = [], nodeOptions = [], outputTo, userId } = options;
	const [command = "", ...rest] = [
		...wrapper,
		...(outputTo === undefined
			? []
			: ["sh", "-c", `exec "$@" > ${outputTo}`, "sh"]),
		process.execPath,
		...nodeOptions,
		PROGRAM,
		...programArguments,
	];
	const [file, fileArguments] = await boundToParent("KILL", command, rest);
	const environment = Object.entries({
		...process.env,
		...(userId === undefined ? {} : { XDG_STATE_HOME: stateOf(userId) }),
		NODE_COMPILE_CACHE: COMPILED,
		...options.environment,
	});
	const child = spawn(file, fileArguments, {
		stdio: ["ignore", "pipe", "pipe"],
		uid: userId,
		gid: userId,
		env: Object.fromEntries(environment.filter(([name]) => !RUNNER.test(name))),
	});
	const ended = Promise.all([once(child, "exit"), text(child.stderr)]).then(
		([, stderr]) => ({ exitCode: child.exitCode, stderr }),
	);
	return { child, stdout: child.stdout, ended };
}

/** Where another user's runs keep their state: in the test's own, which they may not write. */
function stateOf(userId: number): string {
	const state = join(process.env.XDG_STATE_HOME ?? tmpdir(), `user-${userId}`);
	mkdirSync(state, { recursive: true });
	chmodSync(dirname(state), 0o755);
	chownSync(state, userId, userId);
	return state;
}

/** Runs the program to its end. */
export async function runProgram(
	programArguments: readonly string[],
	options?: ProgramOptions,
): Promise<ProgramResult> {
	return await finished(await startProgram(programArguments, options));
}

/** Reads what a started program writes until it ends. */
export async function finished(
	program: RunningProgram,
): Promise<ProgramResult> {
	const [stdout, { exitCode, stderr }] = await Promise.all([
		text(program.stdout),
		program.ended,
	]);
	return { exitCode, stdout, stderr };
}

/** Whether this user may run Node, and read the program. */
export function canRunAs(userId: number | undefined): boolean {
	const read = `require("node:fs").readFileSync(${JSON.stringify(PROGRAM)})`;
	const user = { uid: userId, gid: userId };
	return spawnSync(process.execPath, ["-e", read], user).status === 0;
}

/** The result as one text, for messages of failed assertions. */
export function describeResult(result: ProgramResult): string {
	return `exit code ${result.exitCode}\nstdout:\n${result.stdout}\nstderr:\n${result.stderr}`;
}
