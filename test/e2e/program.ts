import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { quietEnvironment } from "../../scripts/services/environment.ts";
import { boundToParent } from "../../scripts/services/parent-death.ts";
import { s3Environment } from "../../scripts/services/s3.ts";
import { services } from "../support/services.ts";

const PROGRAM = fileURLToPath(new URL("../../src/bin.ts", import.meta.url));

/** Where Node keeps what it compiled: compiling the SDK anew is half of what a short run costs. */
const COMPILED = fileURLToPath(
	new URL("../../node_modules/.cache/regmigrate-tests", import.meta.url),
);

/** Variables by which a test runner changes how Node or oclif behave in its children. */
const RUNNER = /^(NODE_ENV|NODE_OPTIONS|NODE_V8_COVERAGE|VITEST.*|DEBUG)$/;

export interface ProgramOptions {
	/** Added to the environment, or with `undefined` taken from it. */
	readonly environment?:
		| Readonly<Record<string, string | undefined>>
		| undefined;
	/** A command, with its arguments, that becomes the program. */
	readonly wrapper?: readonly string[] | undefined;
}

/** How the program ended, and what it wrote. */
export interface ProgramResult {
	/** `null` when a signal ended it. */
	readonly exitCode: number | null;
	readonly stdout: string;
	readonly stderr: string;
	readonly durationMs: number;
}

/** The program while it runs. */
export interface RunningProgram {
	readonly child: ChildProcess;
	readonly stdout: NodeJS.ReadableStream;
	/** Ends after the program and everything that it wrote to standard error. */
	readonly ended: Promise<Pick<ProgramResult, "exitCode" | "stderr">>;
}

/**
 * Starts the program as a user does, as a process of its own that has the run's S3 server in its environment. It does
 * not outlive the test run.
 */
export async function startProgram(
	programArguments: readonly string[],
	options: ProgramOptions = {},
): Promise<RunningProgram> {
	const program = [process.execPath, PROGRAM, ...programArguments];
	const [command = process.execPath, ...rest] = [
		...(options.wrapper ?? []),
		...program,
	];
	const [file, fileArguments] = await boundToParent("KILL", command, rest);
	const { AWS_ENDPOINT_URL: _, ...credentials } = s3Environment(services().s3);
	const environment = quietEnvironment({
		AWS_CONFIG_FILE: "/dev/null",
		AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
		AWS_EC2_METADATA_DISABLED: "true",
		NODE_COMPILE_CACHE: COMPILED,
		...credentials,
		...options.environment,
	});
	const child = spawn(file, fileArguments, {
		stdio: ["ignore", "pipe", "pipe"],
		env: Object.fromEntries(
			Object.entries(environment).filter(([name]) => !RUNNER.test(name)),
		),
	});
	const ended = Promise.all([once(child, "exit"), text(child.stderr)]).then(
		([, stderr]) => ({ exitCode: child.exitCode, stderr }),
	);
	return { child, stdout: child.stdout, ended };
}

/** Runs the program to its end. */
export async function runProgram(
	programArguments: readonly string[],
	options: ProgramOptions = {},
): Promise<ProgramResult> {
	const began = performance.now();
	const program = await startProgram(programArguments, options);
	const [stdout, ended] = await Promise.all([
		text(program.stdout),
		program.ended,
	]);
	return { ...ended, stdout, durationMs: performance.now() - began };
}

/** The result as one text, for messages of failed assertions. */
export function describeResult(
	result: Omit<ProgramResult, "durationMs">,
): string {
	return `exit code ${result.exitCode}\nstdout:\n${result.stdout}\nstderr:\n${result.stderr}`;
}
