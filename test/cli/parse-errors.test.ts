import { Errors, Parser } from "@oclif/core";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../commands/index.ts";
import { fromParser } from "../../src/cli/parse-errors.ts";
import { UsageError } from "../../src/cli/usage-error.ts";

/** What the user is told when oclif's own parser refuses these arguments of `sync`. */
async function refusal(line: string): Promise<unknown> {
	const command = COMMANDS.sync;
	if (command === undefined) throw new Error("there is no command sync");
	const { args, flags } = command;
	try {
		await Parser.parse(line.split(" ").filter(Boolean), { args, flags });
	} catch (error) {
		return fromParser(error, "sync", command);
	}
	throw new Error("the parser refused nothing");
}

const HELP = "See regmigrate sync --help.";
const USAGE = `Write: regmigrate sync SOURCE TARGET. ${HELP}`;

describe("fromParser", () => {
	test.for([
		["", "Missing: SOURCE and TARGET", USAGE],
		["a", "Missing: TARGET", USAGE],
		["a b c d", "There are too many arguments: c, d", USAGE],
		["a b --frobnicate", "There is no flag --frobnicate", HELP],
		["a b --dry", "There is no flag --dry", `Did you mean --dry-run? ${HELP}`],
		[
			"a b --delet",
			"There is no flag --delet",
			`Did you mean --delete? ${HELP}`,
		],
		["a b --yes", "--yes goes only with --delete", HELP],
		[
			"a b --yes --max-delete 3",
			"--max-delete goes only with --delete; --yes goes only with --delete",
			HELP,
		],
		["a b --concurrency", "Flag --concurrency expects a value", HELP],
		[
			"a b --concurrency 0",
			"--concurrency: Expected an integer greater than or equal to 1 but received: 0",
			HELP,
		],
		[
			"a b --concurrency many",
			"--concurrency: Expected an integer but received: many",
			HELP,
		],
		[
			"a b --concurrency 1 --concurrency 2",
			"Flag --concurrency can only be specified once",
			HELP,
		],
	] as const)(
		"says of %j one sentence, and what to do",
		async ([line, message, suggestion]) => {
			expect(await refusal(line)).toEqual(
				new UsageError(message, [suggestion]),
			);
		},
	);

	test("passes on what is no error of the parser", () => {
		const command = { args: {}, flags: {}, baseFlags: {} };
		const error = new Error("disk on fire");
		expect(fromParser(error, "sync", command)).toBe(error);
		expect(fromParser(new Errors.CLIError("x"), "sync", command)).toEqual(
			new UsageError("x", [HELP]),
		);
	});
});
