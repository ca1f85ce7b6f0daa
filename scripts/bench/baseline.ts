import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findExecutable } from "../services/find-executable.ts";
import { type Measurement, measure } from "./measure.ts";
import { median } from "./summary.ts";

/** The least that a pass over the source can take: find, reading every name, size and time stamp. */
export async function measureWalks(
	directory: string,
	times: number,
	signal: AbortSignal,
): Promise<readonly Measurement[]> {
	const executable = await findExecutable("find");
	if (executable === undefined) return [];
	const folder = await mkdtemp(join(tmpdir(), "regmigrate-bench-"));
	try {
		const walks: Measurement[] = [];
		for (let walk = 0; walk < times; walk += 1) {
			const measurement = await measure(
				{
					executable,
					arguments: [directory, "-type", "f", "-printf", "%s %T@ %p\\n"],
					environment: process.env,
				},
				{ logFile: join(folder, "find.log"), signal },
			);
			walks.push(measurement);
		}
		return walks;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** The baseline in one line. */
export function formatWalks(
	walks: readonly Measurement[],
	objects: number,
): string {
	if (walks.length === 0) return "find is not there: no baseline";
	const wallMs = median(walks.map((walk) => walk.wallMs));
	const cpuMs = median(walks.map((walk) => walk.cpuMs));
	const perObject = (cpuMs / objects).toFixed(3);
	return `find over the source: wall ${(wallMs / 1000).toFixed(2)} s, CPU ${(cpuMs / 1000).toFixed(2)} s, ${perObject} ms/object`;
}
