import { shellWords } from "../registry/host/shell-words.ts";
import { maskedCommand } from "../registry/masking/mask.ts";

/** What was said on a command line: arguments and flags by name, in that order; `true`: a flag without a value. */
export type Said = readonly (readonly [name: string, value: string | true])[];

/** What oclif's parser tells of a command line. */
interface Parsed {
	readonly args: object;
	readonly flags: object;
	readonly metadata: {
		readonly flags: Readonly<
			Record<string, { readonly setFromDefault?: boolean } | undefined>
		>;
	};
}

/** What was said, without what was only presumed, and without secrets in commands (I7). */
export function saidOn({ args, flags, metadata }: Parsed): Said {
	return [
		...Object.entries(args).filter(([, value]) => value !== undefined),
		...Object.entries(flags).filter(
			([name]) => metadata.flags[name]?.setFromDefault !== true,
		),
	].flatMap(([name, value]): Said => {
		if (value === undefined) return [];
		if (value === true) return [[name, true]];
		if (value === false) return [[`no-${name}`, true]];
		const values: readonly unknown[] = Array.isArray(value) ? value : [value];
		return values.map((one) => [name, maskedCommand(String(one))]);
	});
}

/**
 * A command line of ours that says the same, as far as that command has such arguments and flags: for a shell, in lines of
 * about so many columns, each but the last with a backslash at its end.
 */
export function commandLines(
	{
		command,
		directory,
		readIn = process.cwd(),
		has,
	}: {
		readonly command: string;
		/** Where it was said. */
		readonly directory: string;
		/** Where it is read; default here. */
		readonly readIn?: string | undefined;
		readonly has: (name: string) => boolean;
	},
	said: Said,
	columns: number = Number.POSITIVE_INFINITY,
): readonly string[] {
	const pieces = said
		.filter(([name]) => has(name))
		.map(([name, value]) =>
			ARGUMENTS.has(name)
				? shellWords([String(value)])
				: shellWords([`--${name}`, ...(value === true ? [] : [value])]),
		);
	const here = directory === readIn ? "" : `cd ${shellWords([directory])} && `;
	const lines = [`${here}regmigrate ${command}`];
	for (const piece of pieces) {
		const last = lines.at(-1) ?? "";
		if (last.length + piece.length + 3 <= columns)
			lines[lines.length - 1] = `${last} ${piece}`;
		else lines.push(`  ${piece}`);
	}
	return lines.map((line, index) =>
		index === lines.length - 1 ? line : `${line} \\`,
	);
}

const ARGUMENTS: ReadonlySet<string> = new Set(["source", "target"]);
