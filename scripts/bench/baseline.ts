import { findExecutable } from "../services/find-executable.ts";
import { measure } from "./measure.ts";

/** A walk of `find`. */
export interface Walk {
	readonly wallMs: number;
	readonly cpuMs: number;
}

/**
 * Measures the least that a pass over the source was thought to take: find, reading every name, size and time stamp,
 * and printing them to nowhere.
 */
export async function measureWalk(
	directory: string,
	signal: AbortSignal,
): Promise<Walk> {
	const executable = await findExecutable("find");
	if (executable === undefined) throw new Error("find is not on the PATH");
	const { wallMs, cpuMs, exitCode, output } = await measure(
		{
			executable,
			arguments: [directory, "-type", "f", "-printf", "%s %T@ %p\\n"],
			environment: process.env,
		},
		{ logFile: "/dev/null", signal },
	);
	if (exitCode !== 0) throw new Error(`find has failed: ${output}`);
	return { wallMs, cpuMs };
}
