import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { quietEnvironment } from "../services/environment.ts";
import type { S3Server } from "../services/s3-connection.ts";
import { type Bucket, makeBucket } from "./bucket.ts";
import type { FoundBenchTool } from "./find-tools.ts";
import { type Command, type Measurement, measure } from "./measure.ts";
import { type BenchOptions, PASSES, type Pass } from "./options.ts";
import { cpuMs } from "./process-tree.ts";
import {
	type RequestCounts,
	readRequestCounts,
	requestsBetween,
} from "./request-counts.ts";
import type { BenchTree } from "./tree.ts";

/** One pass of one tool. */
export interface Run extends Measurement {
	readonly tool: string;
	readonly pass: Pass;
	/** From 1. */
	readonly round: number;
	/** What the tool was started with. */
	readonly arguments: readonly string[];
	readonly requests: RequestCounts;
	/** Why the pass is worth nothing, in words; undefined when the tool did its job. */
	readonly failure: string | undefined;
}

/** What all runs are made with. */
export interface Bench {
	readonly server: S3Server;
	readonly tree: BenchTree;
	readonly options: BenchOptions;
	readonly signal: AbortSignal;
	/** Is told of every run when it is over. */
	readonly observe: (run: Run) => void;
}

/** All rounds: every tool in turn, each round beginning with another, so that none always runs on the same heels. */
export async function runRounds(
	bench: Bench,
	tools: readonly FoundBenchTool[],
): Promise<readonly Run[]> {
	const runs: Run[] = [];
	for (let round = 1; round <= bench.options.rounds; round += 1) {
		const first = (round - 1) % Math.max(1, tools.length);
		const turn = [...tools.slice(first), ...tools.slice(0, first)];
		for (const found of turn)
			runs.push(...(await runTool(bench, found, round)));
	}
	return runs;
}

async function runTool(
	bench: Bench,
	found: FoundBenchTool,
	round: number,
): Promise<readonly Run[]> {
	const { server, tree, options, signal } = bench;
	const stateFolder = await mkdtemp(join(tmpdir(), "regmigrate-bench-"));
	try {
		const name = `bench-${found.tool.name}-${round}`;
		await using bucket = await makeBucket(server, name);
		const command = await prepare(bench, found, name, stateFolder);
		const runs: Run[] = [];
		// A pass that is not reported may still have to be made: the next one builds on it.
		const last = Math.max(
			...options.passes.map((pass) => PASSES.indexOf(pass)),
		);
		for (const pass of PASSES.slice(0, last + 1)) {
			await settle(server.pid, signal);
			const before = await readRequestCounts(server);
			const logFile = join(stateFolder, `${pass}.log`);
			const measurement = await measure(command, { logFile, signal });
			const requests = requestsBetween(before, await readRequestCounts(server));
			const failure = await failureOf(measurement, bucket, tree);
			const run: Run = {
				tool: found.tool.name,
				pass,
				round,
				arguments: command.arguments,
				...measurement,
				requests,
				failure,
			};
			if (options.passes.includes(pass)) {
				runs.push(run);
				bench.observe(run);
			}
			if (failure !== undefined) break;
		}
		return runs;
	} finally {
		await rm(stateFolder, { recursive: true, force: true });
	}
}

async function prepare(
	{ server, tree, options }: Bench,
	{ tool, executable }: FoundBenchTool,
	bucket: string,
	stateFolder: string,
): Promise<Command> {
	const instructions = tool.instructions({
		directory: tree.directory,
		bucket,
		server,
		concurrency: options.concurrency,
		stateFolder,
	});
	await mkdir(stateFolder, { recursive: true });
	for (const [name, content] of Object.entries(instructions.files ?? {}))
		await writeFile(join(stateFolder, name), content);
	return {
		executable,
		arguments: instructions.arguments,
		environment: quietEnvironment({
			// Neither the user's settings nor what an earlier round left may help or hinder.
			XDG_CACHE_HOME: stateFolder,
			XDG_CONFIG_HOME: stateFolder,
			XDG_DATA_HOME: stateFolder,
			XDG_STATE_HOME: stateFolder,
			AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
			AWS_EC2_METADATA_DISABLED: "true",
			...instructions.environment,
		}),
	};
}

async function failureOf(
	{ exitCode }: Measurement,
	bucket: Bucket,
	tree: BenchTree,
): Promise<string | undefined> {
	const difference = await bucket.difference(tree.objects);
	if (exitCode !== 0)
		return `exit code ${exitCode}${difference === undefined ? "" : `; ${difference}`}`;
	return difference;
}

const SETTLE_SAMPLE_MS = 500;
const SETTLED_SHARE = 0.05;
const MAX_SETTLE_MS = 20_000;

/** Waits until the server has done with what came before (it deletes behind the scenes), but not for ever. */
async function settle(pid: number, signal: AbortSignal): Promise<void> {
	const deadline = performance.now() + MAX_SETTLE_MS;
	while (performance.now() < deadline) {
		const before = cpuMs(pid);
		await sleep(SETTLE_SAMPLE_MS, undefined, { signal });
		if (cpuMs(pid) - before <= SETTLE_SAMPLE_MS * SETTLED_SHARE) return;
	}
}
