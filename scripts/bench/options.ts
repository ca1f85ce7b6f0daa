import { parseArgs } from "node:util";
import { PASSES, type Pass } from "./passes.ts";

/** Repositories of the tree, of about 89 objects each. */
export const SIZES: Readonly<Record<string, number>> = {
	small: 20,
	medium: 100,
	full: 400,
	large: 4000,
};

/** What is measured, and how often. */
export interface BenchOptions {
	readonly size: string;
	readonly repositories: number;
	readonly rounds: number;
	/** The passes that are reported. */
	readonly passes: readonly Pass[];
	/** Requests at a time, of the tools that can be told; with latency, each has its own. */
	readonly concurrency: number;
	/** Of the pass `latency`: what a round trip takes (ms). */
	readonly roundTripMs: number;
	/** Of the pass `large`: the size of its blob. */
	readonly largeBytes: number;
	/** The tools to measure; undefined: all that are there. */
	readonly tools: readonly string[] | undefined;
	/** Where tools are that the PATH does not lead to. */
	readonly toolPaths: ReadonlyMap<string, string>;
	/** Where the JSON goes; undefined: a new file in `bench-results/`. */
	readonly output: string | undefined;
}

/** What `--help` prints. */
export const USAGE = `Times regmigrate sync beside what else could do its job, on one machine and one MinIO.

  npm run bench -- [OPTIONS]

  --size NAME         small, medium, full or large: about 1,800, 9,000, 36,000 or 360,000 objects;
                      default full
  --rounds N          each tool in turn, N times; medians are reported; default 3
  --passes NAMES      of ${PASSES.join(", ")};
                      default all
  --concurrency N     for tools that can be told; default 32; in latency, each has its own default
  --latency-ms N      what a round trip takes in latency; default 30
  --large-bytes N     the size of the blob in large; default 4294967296
  --tools NAMES       only these; default regmigrate and every peer that is found
  --tool NAME=PATH    where a tool is; may be repeated. Name a binary, not a script that starts it:
                      the script's time would be counted too.
  --output FILE       where the JSON goes; default a new file in bench-results/

  npm run bench -- stores --help      for the stores alone, without a server
  npm run bench -- cutover --help     for the window of a cutover
`;

/** Reads the command line; undefined when it asks for help. Throws a sentence on what it cannot read. */
export function parseOptions(
	commandLine: readonly string[],
): BenchOptions | undefined {
	const { values } = parseArgs({
		args: [...commandLine],
		options: {
			size: { type: "string", default: "full" },
			rounds: { type: "string", default: "3" },
			passes: { type: "string", default: PASSES.join(",") },
			concurrency: { type: "string", default: "32" },
			"latency-ms": { type: "string", default: "30" },
			"large-bytes": { type: "string", default: String(4 * 2 ** 30) },
			tools: { type: "string" },
			tool: { type: "string", multiple: true, default: [] },
			output: { type: "string" },
			help: { type: "boolean" },
		},
	});
	if (values.help) return undefined;
	const repositories = SIZES[values.size];
	if (repositories === undefined)
		throw new Error(
			`--size is one of ${Object.keys(SIZES).join(", ")}, not ${values.size}`,
		);
	return {
		size: values.size,
		repositories,
		rounds: count("--rounds", values.rounds),
		passes: values.passes.split(",").map(parsePass),
		concurrency: count("--concurrency", values.concurrency),
		roundTripMs: count("--latency-ms", values["latency-ms"]),
		largeBytes: bytes("--large-bytes", values["large-bytes"]),
		tools: values.tools?.split(","),
		toolPaths: new Map(values.tool.map(parseToolPath)),
		output: values.output,
	};
}

function count(flag: string, text: string): number {
	if (!/^[1-9]\d{0,3}$/.test(text))
		throw new Error(`${flag} is a number from 1 to 9999, not ${text}`);
	return Number(text);
}

function bytes(flag: string, text: string): number {
	if (!/^[1-9]\d{0,12}$/.test(text))
		throw new Error(`${flag} is a number of bytes, not ${text}`);
	return Number(text);
}

function parsePass(name: string): Pass {
	const pass = PASSES.find((known) => known === name);
	if (pass === undefined)
		throw new Error(`--passes names ${PASSES.join(", ")}, not ${name}`);
	return pass;
}

function parseToolPath(text: string): [name: string, path: string] {
	const [name = "", path = ""] = text.split(/=(.*)/s);
	if (name === "" || path === "")
		throw new Error(`--tool is NAME=PATH, not ${text}`);
	return [name, path];
}
