import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { quietEnvironment } from "../../scripts/services/environment.ts";

const PROGRAM = fileURLToPath(new URL("../../src/bin.ts", import.meta.url));

/** Where Node keeps what it compiled: it starts the program in a third of the time. */
const COMPILED = fileURLToPath(
	new URL("../../node_modules/.cache/regmigrate-tests", import.meta.url),
);

/** Variables by which a test runner changes how Node or oclif behave in its children. */
const RUNNER =
	/^(NODE_ENV|NODE_OPTIONS|NODE_V8_COVERAGE|VITEST.*|DEBUG|.*COLOR.*)$/;

export interface ProgramOptions {
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

export type Program = ChildProcessByStdio<null, Readable, Readable>;

/** Starts the program as a user does, as a process of its own. */
export function startProgram(
	argv: readonly string[],
	{ userId, nodeOptions = [], outputTo }: ProgramOptions = {},
): Program {
	const environment = quietEnvironment({
		AWS_CONFIG_FILE: "/dev/null",
		AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
		AWS_EC2_METADATA_DISABLED: "true",
		NODE_COMPILE_CACHE: COMPILED,
	});
	const redirected = ["sh", "-c", `exec "$@" > ${outputTo}`, "sh"];
	const [command = "", ...rest] = [
		...(outputTo === undefined ? [] : redirected),
		process.execPath,
		...nodeOptions,
		PROGRAM,
		...argv,
	];
	return spawn(command, rest, {
		stdio: ["ignore", "pipe", "pipe"],
		uid: userId,
		gid: userId,
		env: Object.fromEntries(
			Object.entries(environment).filter(([name]) => !RUNNER.test(name)),
		),
	});
}

/** Whether this user may run Node, and read the program. */
export function canRunAs(userId: number | undefined): boolean {
	const read = `require("node:fs").readFileSync(${JSON.stringify(PROGRAM)})`;
	const user = { uid: userId, gid: userId };
	return spawnSync(process.execPath, ["-e", read], user).status === 0;
}

/** Runs the program to its end. */
export async function runProgram(
	argv: readonly string[],
	options?: ProgramOptions,
): Promise<ProgramResult> {
	return await ended(startProgram(argv, options));
}

/** Reads what a started program writes until it ends. */
export async function ended(program: Program): Promise<ProgramResult> {
	const [stdout, stderr] = await Promise.all([
		text(program.stdout),
		text(program.stderr),
		once(program, "exit"),
	]);
	return { exitCode: program.exitCode, stdout, stderr };
}
