import { loadavg } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startS3 } from "../services/s3.ts";
import { provideBuild } from "./build.ts";
import { findTools } from "./find-tools.ts";
import type { BenchOptions } from "./options.ts";
import { type BenchResult, formatResult, writeResult } from "./report.ts";
import { type Run, runRounds } from "./run.ts";
import { say } from "./say.ts";
import { OURS } from "./tools.ts";
import { provideTree } from "./tree.ts";
import { measureWarmPasses, type WarmPasses } from "./warm/measure-warm.ts";
import { openWorkloads } from "./workloads/open-workloads.ts";

const RESULTS = fileURLToPath(new URL("../../bench-results", import.meta.url));

/** Of each kind, in a round. */
const WARM_PASSES = 5;

/** Measures and reports; the exit code: 1 when a tool did not do its job. */
export async function bench(
	options: BenchOptions,
	signal: AbortSignal,
): Promise<number> {
	const started = new Date();
	const firstLoad = oneMinuteLoad();
	const tools = await findTools(options);
	for (const { tool, version, executable } of tools)
		say(`${tool.name} ${version} (${executable})`);
	say(`Making a tree of ${options.repositories} repositories ...`);
	const tree = provideTree(options.repositories);
	await using server = await startS3({ product: "minio" });
	const observe = (run: Run) => say(progressOf(run));
	const setting = { server, tree, options, signal, observe };
	const runs: Run[] = [];
	let warm: WarmPasses | undefined;
	const isWarmWanted =
		options.passes.includes("unchanged") &&
		tools.some(({ tool }) => tool.name === OURS);
	for await (const workload of openWorkloads(setting)) {
		runs.push(...(await runRounds(setting, workload, tools)));
		if (warm !== undefined || !isWarmWanted) continue;
		// Right after the passes that they are compared with.
		const { directory } = workload;
		const times = WARM_PASSES * options.rounds;
		const library = await libraryOf(options);
		const warmSetting = { server, directory, library, times, signal };
		warm = await measureWarmPasses(warmSetting);
	}
	const load = [firstLoad, oneMinuteLoad()];
	const result = { started, options, tree, server, tools, warm, runs, load };
	process.stdout.write(`\n${formatResult(result)}\n`);
	const path = options.output ?? defaultOutput(result);
	writeResult(result, path);
	process.stdout.write(`\n${path}\n`);
	return runs.some(({ failure }) => failure !== undefined) ? 1 : 0;
}

function progressOf(run: Run): string {
	const figures = `${(run.wallMs / 1000).toFixed(2)} s, CPU ${(run.cpuMs / 1000).toFixed(2)} s`;
	const line = `round ${run.round}, ${run.pass}: ${run.tool} ${figures}`;
	return run.failure === undefined
		? line
		: `${line}: failed: ${run.failure}\n${run.output}`;
}

function defaultOutput({ started, options }: BenchResult): string {
	const time = started.toISOString().replaceAll(/[:.]/g, "-");
	return join(RESULTS, `${time}-${options.size}.json`);
}

function oneMinuteLoad(): number {
	return loadavg()[0] ?? Number.NaN;
}

/** The library beside our program. */
async function libraryOf({ toolPaths }: BenchOptions): Promise<string> {
	const program = toolPaths.get(OURS) ?? (await provideBuild());
	return join(dirname(program), "index.js");
}
