import { parseArgs } from "node:util";
import { SIZES } from "../options.ts";

/** What is cut over, and how often. */
export interface CutoverBenchOptions {
	/** Of the sample registry. */
	readonly repositories: number;
	/** Images pushed and tags moved just before the last pass. */
	readonly changes: number;
	readonly rounds: number;
}

/** What `cutover --help` prints. */
export const CUTOVER_USAGE = `Times the window of a cutover: Distribution on a directory, to MinIO, with changes that were made just before pushes
were refused. Says what each step took, and how much of the window was not the registry's own restarts.

  npm run bench -- cutover [OPTIONS]

  --size NAME         ${Object.keys(SIZES).join(", ")}; default full, which is about 36,000 objects
  --changes N         images pushed and tags moved before the last pass; default 100
  --rounds N          default 3; the median is compared with the goal
`;

/** Reads the command line after "cutover"; undefined when it asks for help. Throws a sentence on what it cannot read. */
export function parseCutoverOptions(
	commandLine: readonly string[],
): CutoverBenchOptions | undefined {
	const { values } = parseArgs({
		args: [...commandLine],
		options: {
			size: { type: "string", default: "full" },
			changes: { type: "string", default: "100" },
			rounds: { type: "string", default: "3" },
			help: { type: "boolean" },
		},
	});
	if (values.help) return undefined;
	const repositories = SIZES[values.size];
	if (repositories === undefined)
		throw new Error(`There is no size ${values.size}`);
	const changes = count("--changes", values.changes);
	if (changes > repositories)
		throw new Error(
			`--changes is at most ${repositories}, one for each repository`,
		);
	return {
		repositories,
		changes,
		rounds: count("--rounds", values.rounds),
	};
}

function count(flag: string, text: string): number {
	if (!/^[1-9]\d{0,3}$/.test(text))
		throw new Error(`${flag} is a number from 1 to 9999, not ${text}`);
	return Number(text);
}
