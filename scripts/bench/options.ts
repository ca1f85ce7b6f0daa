import { parseArgs } from "node:util";

/** What a tool is measured at: filling an empty bucket, and finding right afterwards that nothing has changed. */
export type Pass = "initial" | "unchanged";

/** Every pass, in the order in which a tool makes them. */
export const PASSES: readonly Pass[] = ["initial", "unchanged"];

/** Repositories of the tree, of about 89 objects each. */
const SIZES: Readonly<Record<string, number>> = {
	small: 20,
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
	/** Requests at a time, of the tools that can be told. */
	readonly concurrency: number;
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

  --size NAME         small, full or large: about 1,800, 36,000 or 360,000 objects; default full
  --rounds N          each tool in turn, N times; medians are reported; default 3
  --passes NAMES      initial,unchanged; default both
  --concurrency N     for tools that can be told; default 32
  --tools NAMES       only these; default regmigrate and every peer that is found
  --tool NAME=PATH    where a tool is; may be repeated. Name a binary, not a script that starts it:
                      the script's time would be counted too.
  --output FILE       where the JSON goes; default a new file in bench-results/

  npm run bench -- stores --help      for the stores alone, without a server
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
