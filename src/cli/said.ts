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

/** A command line of ours that says the same, as far as that command has such arguments and flags. */
export function commandLine(
	{
		command,
		has,
	}: { readonly command: string; readonly has: (name: string) => boolean },
	said: Said,
): string {
	const words = said
		.filter(([name]) => has(name))
		.flatMap(([name, value]) =>
			ARGUMENTS.has(name)
				? [String(value)]
				: [`--${name}`, ...(value === true ? [] : [value])],
		);
	return `regmigrate ${command} ${shellWords(words)}`.trimEnd();
}

const ARGUMENTS: ReadonlySet<string> = new Set(["source", "target"]);

/** What goes before a command line that was meant for another directory. */
export function hereOrThere(directory: string): string {
	return directory === process.cwd() ? "" : `cd ${shellWords([directory])} && `;
}
