import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startS3 } from "../services/s3.ts";
import { measureWalks } from "./baseline.ts";
import { findTools } from "./find-tools.ts";
import { type BenchOptions, parseOptions, USAGE } from "./options.ts";
import { type BenchResult, formatResult, writeResult } from "./report.ts";
import { type Run, runRounds } from "./run.ts";
import { benchStores } from "./stores/bench-stores.ts";
import {
	parseStoreOptions,
	STORES_USAGE,
	type StoreBenchOptions,
} from "./stores/options.ts";
import { formatStoreTables } from "./stores/table.ts";
import { provideTree } from "./tree.ts";

const RESULTS = fileURLToPath(new URL("../../bench-results", import.meta.url));

/** Measures and reports; the exit code: 1 when a tool did not do its job. */
async function bench(
	options: BenchOptions,
	signal: AbortSignal,
): Promise<number> {
	const started = new Date();
	const tools = await findTools(options);
	for (const { tool, version, executable } of tools)
		say(`${tool.name} ${version} (${executable})`);
	say(`Making a tree of ${options.repositories} repositories ...`);
	const tree = provideTree(options.repositories);
	await using server = await startS3({ product: "minio" });
	const walks = await measureWalks(tree.directory, options.rounds, signal);
	const observe = (run: Run) => say(progressOf(run));
	const setting = { server, tree, options, signal, observe };
	const runs = await runRounds(setting, tools);
	const result = { started, options, tree, server, tools, walks, runs };
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

function say(line: string): void {
	process.stderr.write(`${line}\n`);
}

/** Measures the stores alone, and reports. */
async function benchOfStores(
	options: StoreBenchOptions,
	signal: AbortSignal,
): Promise<number> {
	const results = await benchStores(options, signal, (result) =>
		say(
			`${result.store}, ${result.operation}: ${result.client} ${result.cpuMs.toFixed(3)} ms`,
		),
	);
	process.stdout.write(`\n${formatStoreTables(results)}\n`);
	return 0;
}

/** Reads the command line, and does what it says; the exit code. */
async function run<T>(
	parse: () => T | undefined,
	usage: string,
	act: (options: T, signal: AbortSignal) => Promise<number>,
): Promise<number> {
	let options: T | undefined;
	try {
		options = parse();
	} catch (error) {
		say(`${sentence(error)}\n\n${usage}`);
		return 2;
	}
	if (options === undefined) {
		process.stdout.write(usage);
		return 0;
	}
	// Nothing ends by itself here: tools, buckets, server and folders are taken away on the way out.
	const interrupt = new AbortController();
	// They stay registered (not `once`): while somebody handles a signal, the services leave the ending to him.
	for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
		process.on(name, () => interrupt.abort());
	try {
		return await act(options, interrupt.signal);
	} catch (error) {
		if (interrupt.signal.aborted) return 130;
		say(sentence(error));
		return 1;
	}
}

function sentence(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

const [first, ...rest] = process.argv.slice(2);
process.exitCode =
	first === "stores"
		? await run(() => parseStoreOptions(rest), STORES_USAGE, benchOfStores)
		: await run(() => parseOptions(process.argv.slice(2)), USAGE, bench);
