import { s3Environment } from "../../scripts/services/s3.ts";
import {
	finished,
	type ProgramOptions,
	type ProgramResult,
	type RunningProgram,
	startProgram as start,
} from "../support/program.ts";
import { services } from "../support/services.ts";

/** Starts the program with the credentials of the run's S3 server in its environment. */
export async function startProgram(
	programArguments: readonly string[],
	options: ProgramOptions = {},
): Promise<RunningProgram> {
	const { AWS_ENDPOINT_URL: _, ...credentials } = s3Environment(services().s3);
	return await start(programArguments, {
		...options,
		environment: { ...credentials, ...options.environment },
	});
}

/** Runs the program to its end, likewise. */
export async function runProgram(
	programArguments: readonly string[],
	options?: ProgramOptions,
): Promise<ProgramResult> {
	return await finished(await startProgram(programArguments, options));
}
