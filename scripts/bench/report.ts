import { mkdirSync, writeFileSync } from "node:fs";
import { arch, availableParallelism, cpus, release, totalmem } from "node:os";
import { dirname } from "node:path";
import type { S3Connection } from "../services/s3-connection.ts";
import type { FoundBenchTool } from "./find-tools.ts";
import { formatGoals, goals } from "./goals.ts";
import { formatNotes, formatWarmPasses } from "./notes.ts";
import type { BenchOptions } from "./options.ts";
import { PASSES } from "./passes.ts";
import type { Run } from "./run.ts";
import { summarise } from "./summary.ts";
import { formatTable } from "./table.ts";
import type { BenchTree } from "./tree.ts";
import type { WarmPasses } from "./warm/measure-warm.ts";

/** All that a benchmark found out. */
export interface BenchResult {
	readonly started: Date;
	readonly options: BenchOptions;
	readonly tree: BenchTree;
	readonly server: S3Connection;
	readonly tools: readonly FoundBenchTool[];
	/** Passes of the library, where they were asked for. */
	readonly warm: WarmPasses | undefined;
	readonly runs: readonly Run[];
	/** Of the last minute, when it began and when it ended: processes that ran or waited for the disk. */
	readonly load: readonly number[];
}

/** The result for people. */
export function formatResult(result: BenchResult): string {
	const { options, tree, server, warm, runs, load } = result;
	const { files, blobs, links, bytes } = tree.summary;
	const summaries = summarise(runs);
	const passes = PASSES.filter((pass) => options.passes.includes(pass));
	return [
		`${files} objects: ${blobs} blobs, ${links} links, ${(bytes / 2 ** 20).toFixed(1)} MiB.`,
		`${server.product} ${server.version} on the same ${availableParallelism()} cores, load ${load.map((part) => part.toFixed(1)).join(" to ")}.`,
		`Medians of ${options.rounds}; x: ratio to the best peer.`,
		...passes.flatMap((pass) => [
			`\n${formatTable(pass, summaries)}`,
			...[formatNotes(pass, summaries) ?? []].flat(),
		]),
		...(warm === undefined ? [] : [`\n${formatWarmPasses(warm)}`]),
		`\n${formatGoals(goals(summaries, warm))}`,
	].join("\n");
}

/** Writes the result for programs. */
export function writeResult(result: BenchResult, path: string): void {
	const { started, options, tree, server, tools, warm, runs, load } = result;
	const summaries = summarise(runs);
	const json = {
		started: started.toISOString(),
		node: process.version,
		machine: {
			cores: availableParallelism(),
			processor: cpus()[0]?.model,
			memoryBytes: totalmem(),
			kernel: release(),
			architecture: arch(),
		},
		options: { ...options, toolPaths: Object.fromEntries(options.toolPaths) },
		tree: { options: tree.options, summary: tree.summary },
		server: { product: server.product, version: server.version },
		tools: tools.map(({ tool, executable, version }) => ({
			name: tool.name,
			executable,
			version,
		})),
		load,
		warm,
		summaries,
		goals: goals(summaries, warm),
		runs,
	};
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, `${JSON.stringify(json, undefined, 2)}\n`);
}
