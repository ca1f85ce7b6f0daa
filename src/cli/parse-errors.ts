import { type Command, Errors } from "@oclif/core";
import { mostSimilar } from "./similar.ts";
import { UsageError } from "./usage-error.ts";

/**
 * What oclif says of wrong arguments, in one sentence and with what to do next; every other error as it is. The
 * classes of its parser are not exported, so they are told apart by what they carry.
 */
export function fromParser(
	error: unknown,
	id: string,
	command: Pick<Command.Class, "args" | "flags" | "baseFlags">,
): unknown {
	if (!(error instanceof Errors.CLIError)) return error;
	const name = `regmigrate ${id.replaceAll(":", " ")}`;
	const usage = [name, ...Object.keys(command.args).map(upperCase)].join(" ");
	const help = `See ${name} --help.`;
	if ("flags" in error && isTexts(error.flags)) {
		const [flag = ""] = error.flags;
		const known = Object.entries({ ...command.flags, ...command.baseFlags })
			.filter(([, { hidden }]) => hidden !== true)
			.map(([name]) => name);
		const similar = mostSimilar(flag.replace(/^-+/, ""), [...known, "json"]);
		const question = similar === undefined ? "" : `Did you mean --${similar}? `;
		return new UsageError(`There is no flag ${flag}`, [`${question}${help}`]);
	}
	if (!("args" in error) || !Array.isArray(error.args))
		return new UsageError(missingFlags(error.message) ?? tidy(error.message), [
			help,
		]);
	const next = [`Write: ${usage}. ${help}`];
	return isTexts(error.args)
		? new UsageError(
				`There are too many arguments: ${error.args.join(", ")}`,
				next,
			)
		: new UsageError(`Missing: ${namesOf(error.args).join(" and ")}`, next);
}

function isTexts(values: unknown): values is readonly string[] {
	return (
		Array.isArray(values) && values.every((value) => typeof value === "string")
	);
}

function namesOf(args: readonly unknown[]): readonly string[] {
	return args.flatMap((arg) =>
		typeof arg === "object" && arg !== null && "name" in arg
			? [upperCase(String(arg.name))]
			: [],
	);
}

function upperCase(text: string): string {
	return text.toUpperCase();
}

/** Which flags need another one that was not given, where oclif says so: a sentence for each. */
function missingFlags(message: string): string | undefined {
	const needs =
		/All of the following must be provided when using (--\S+): (--[^\n]+)/g;
	const found = [...message.matchAll(needs)].map(
		([, flag = "", others = ""]) => `${flag} goes only with ${others.trim()}`,
	);
	return found.length === 0 ? undefined : found.join("; ");
}

/** oclif breaks lines and adds its own advice. */
function tidy(message: string): string {
	return message
		.replace(/\nSee more help with --help$/, "")
		.replace(/^The following errors? occurred:\s+/, "")
		.replace(
			/^(--\S+?)=\S+ cannot also be provided when using (--\S+)$/,
			"$2 does not go with $1",
		)
		.replace(/^Parsing (--\S+) \n\t/, "$1: ")
		.replaceAll(/\s+/g, " ");
}
