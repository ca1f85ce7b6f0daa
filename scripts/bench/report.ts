import { mkdirSync, writeFileSync } from "node:fs";
import { arch, availableParallelism, cpus, release, totalmem } from "node:os";
import { dirname } from "node:path";
import type { S3Connection } from "../services/s3-connection.ts";
import { formatWalks } from "./baseline.ts";
import type { FoundBenchTool } from "./find-tools.ts";
import type { Measurement } from "./measure.ts";
import type { BenchOptions } from "./options.ts";
import type { Run } from "./run.ts";
import { type PassSummary, summarise } from "./summary.ts";
import { formatTable } from "./table.ts";
import type { BenchTree } from "./tree.ts";

/** All that a benchmark found out. */
export interface BenchResult {
	readonly started: Date;
	readonly options: BenchOptions;
	readonly tree: BenchTree;
	readonly server: S3Connection;
	readonly tools: readonly FoundBenchTool[];
	readonly walks: readonly Measurement[];
	readonly runs: readonly Run[];
}

/** The result for people. */
export function formatResult(result: BenchResult): string {
	const { options, tree, server, walks } = result;
	const { files, blobs, links, bytes } = tree.summary;
	const summaries = summariesOf(result);
	return [
		`${files} objects: ${blobs} blobs, ${links} links, ${(bytes / 2 ** 20).toFixed(1)} MiB.`,
		`${server.product} ${server.version} on the same ${availableParallelism()} cores. Medians of ${options.rounds}; x: ratio to the best peer.`,
		...options.passes.map((pass) => `\n${formatTable(pass, summaries)}`),
		`\n${formatWalks(walks, files)}`,
	].join("\n");
}

/** Writes the result for programs. */
export function writeResult(result: BenchResult, path: string): void {
	const { started, options, tree, server, tools, walks, runs } = result;
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
		// What it printed is the tree.
		walks: walks.map(({ output: _, ...figures }) => figures),
		summaries: summariesOf(result),
		runs,
	};
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, `${JSON.stringify(json, undefined, 2)}\n`);
}

function summariesOf({ runs, tree }: BenchResult): readonly PassSummary[] {
	return summarise(runs, tree.summary.files);
}
