import { parseArgs } from "node:util";
import type { Defence } from "./defence.ts";

/** What is to be done. */
export interface DefenceOptions {
	readonly defences: readonly Defence[];
	/** Whether they are only told. */
	readonly isList: boolean;
}

/** What `--help` prints. */
export const USAGE = `Removes one defence of the program after the other, in a copy, and tries that its test fails without it.

  npm run defences -- [OPTIONS] [NAMES]

  NAMES     parts of the names of defences; default all, which takes a quarter of an hour
  --list    tells of them, and tries nothing

Exits with 1 when a test stays green, or nothing can be told.
`;

/** Reads the command line; undefined when it asks for help. Throws a sentence on what it cannot read. */
export function parseOptions(
	commandLine: readonly string[],
	table: readonly Defence[],
): DefenceOptions | undefined {
	const { values, positionals } = parseArgs({
		args: [...commandLine],
		allowPositionals: true,
		options: { list: { type: "boolean" }, help: { type: "boolean" } },
	});
	if (values.help) return undefined;
	for (const part of positionals)
		if (!table.some(({ name }) => name.includes(part)))
			throw new Error(`There is no defence "${part}": see --list`);
	return {
		defences: table.filter(
			({ name }) =>
				positionals.length === 0 ||
				positionals.some((part) => name.includes(part)),
		),
		isList: values.list ?? false,
	};
}
