import { stripVTControlCharacters } from "node:util";
import { expect, test, vi } from "vitest";
import { COMMANDS, TOPICS } from "../../commands/index.ts";
import { BaseCommand } from "../../src/cli/base-command.ts";
import { topicsOf } from "../../src/cli/command-line.ts";
import { runProgram } from "../../src/cli/program.ts";

class Render extends BaseCommand {
	static override readonly summary = "Show a diff";

	async run(): Promise<object> {
		await this.parse(Render);
		this.log("rendered");
		return {};
	}
}

const TABLE = { "config:render": Render, "config:check": Render };

/** What a program of two commands with a common first word writes to standard output. */
async function output(...argv: readonly string[]): Promise<string> {
	const written: string[] = [];
	const write = vi
		.spyOn(process.stdout, "write")
		.mockImplementation((chunk) => written.push(String(chunk)) > 0);
	try {
		await runProgram(TABLE, { config: "What it is configured to" }, argv);
	} finally {
		write.mockRestore();
	}
	return stripVTControlCharacters(written.join(""));
}

test("a command of two words is run", async () => {
	expect(await output("config", "render")).toBe("rendered\n");
});

test("the help on a topic lists its commands", async () => {
	expect(await output("config", "--help")).toMatchInlineSnapshot(`
		"What it is configured to

		USAGE
		  $ regmigrate config COMMAND

		COMMANDS
		  config check   Show a diff
		  config render  Show a diff

		regmigrate config COMMAND --help tells more.
		"
	`);
});

test("the help on a command of two words says how it is written", async () => {
	expect(await output("help", "config", "render")).toContain(
		"$ regmigrate config render [FLAGS]",
	);
});

test("the help lists commands of two words among the others", async () => {
	expect(await output()).toContain("  config render  Show a diff\n");
});

test("every topic says what it is about", () => {
	for (const topic of topicsOf(Object.keys(COMMANDS)))
		expect(TOPICS).toHaveProperty(topic);
});
