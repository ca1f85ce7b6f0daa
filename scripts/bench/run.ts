import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quietEnvironment } from "../services/environment.ts";
import type { S3Server } from "../services/s3-connection.ts";
import { makeBucket } from "./bucket.ts";
import type { FoundBenchTool } from "./find-tools.ts";
import { type Command, type Measurement, measure } from "./measure.ts";
import {
	type Finding,
	formatFindings,
	type Missed,
	missedOf,
} from "./missed.ts";
import type { BenchOptions } from "./options.ts";
import type { Pass } from "./passes.ts";
import {
	type RequestCounts,
	readRequestCounts,
	requestsBetween,
} from "./request-counts.ts";
import { settle } from "./settle.ts";
import { OURS } from "./tools.ts";
import type { Expected, Workload } from "./workloads/workload.ts";

/** One pass of one tool. */
export interface Run extends Measurement {
	readonly tool: string;
	readonly pass: Pass;
	/** From 1. */
	readonly round: number;
	/** What the tool was started with. */
	readonly arguments: readonly string[];
	/** Objects in the source. */
	readonly objects: number;
	/** Of the source, all objects. */
	readonly sourceBytes: number;
	/** How many of them had been written since the pass before. */
	readonly written: number;
	readonly requests: RequestCounts;
	/** What it left undone. */
	readonly missed: Missed | undefined;
	/** Why the pass is worth nothing, in words; undefined when the tool did its job. */
	readonly failure: string | undefined;
}

/** What all runs are made with. */
export interface Bench {
	readonly server: S3Server;
	readonly options: BenchOptions;
	readonly signal: AbortSignal;
	/** Is told of every run when it is over. */
	readonly observe: (run: Run) => void;
}

/** All rounds of a workload: every tool in turn, each round beginning with another, so that none always runs on the same heels. */
export async function runRounds(
	bench: Bench,
	workload: Workload,
	tools: readonly FoundBenchTool[],
): Promise<readonly Run[]> {
	const runs: Run[] = [];
	const measured = workload.isOursAlone
		? tools.filter(({ tool }) => tool.name === OURS)
		: tools;
	for (let round = 1; round <= bench.options.rounds; round += 1) {
		const first = (round - 1) % Math.max(1, measured.length);
		const turn = [...measured.slice(first), ...measured.slice(0, first)];
		for (const found of turn)
			runs.push(...(await runTool(bench, workload, found, round)));
	}
	return runs;
}

async function runTool(
	bench: Bench,
	workload: Workload,
	found: FoundBenchTool,
	round: number,
): Promise<readonly Run[]> {
	const { server, options, signal } = bench;
	const { passes, directory } = workload;
	const stateFolder = await mkdtemp(join(tmpdir(), "regmigrate-bench-"));
	try {
		const name = `bench-${passes[0]}-${found.tool.name}-${round}`;
		await using bucket = await makeBucket(server, name);
		const command = await prepare(workload, found, name, stateFolder);
		const runs: Run[] = [];
		// A pass that is not reported may still have to be made: the next one builds on it.
		const last = passes.findLastIndex((pass) => options.passes.includes(pass));
		for (const pass of passes.slice(0, last + 1)) {
			const expected = await workload.prepare(pass);
			await settle(server.pid, directory, signal);
			const before = await readRequestCounts(server);
			const logFile = join(stateFolder, `${pass}.log`);
			const measurement = await measure(command, { logFile, signal });
			const requests = requestsBetween(before, await readRequestCounts(server));
			const findings = await bucket.findings(expected);
			const run: Run = {
				tool: found.tool.name,
				pass,
				round,
				arguments: command.arguments,
				...measurement,
				objects: expected.objects.size,
				sourceBytes: bytesOf(expected),
				written: expected.written,
				requests,
				missed: missedOf(findings, expected.moved),
				failure: failureOf(found, pass, measurement, findings),
			};
			if (options.passes.includes(pass)) {
				runs.push(run);
				bench.observe(run);
			}
			if (run.failure !== undefined) break;
		}
		return runs;
	} finally {
		await rm(stateFolder, { recursive: true, force: true });
	}
}

async function prepare(
	{ directory, server, concurrency }: Workload,
	{ tool, executable }: FoundBenchTool,
	bucket: string,
	stateFolder: string,
): Promise<Command> {
	const instructions = tool.instructions({
		directory,
		bucket,
		server,
		concurrency,
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

function bytesOf({ objects }: Expected): number {
	return objects
		.values()
		.reduce((sum, print) => sum + Number.parseInt(print, 10), 0);
}

function failureOf(
	{ tool }: FoundBenchTool,
	pass: Pass,
	{ exitCode }: Measurement,
	findings: readonly Finding[],
): string | undefined {
	if (exitCode !== 0)
		return [`exit code ${exitCode}`, formatFindings(findings)]
			.filter(Boolean)
			.join("; ");
	// What each peer misses then is what is to be found out.
	const mayMiss = pass === "changed" && tool.name !== OURS;
	return findings.length === 0 || mayMiss
		? undefined
		: formatFindings(findings);
}
