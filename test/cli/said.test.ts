import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { commandLines, type Said, saidOn } from "../../src/cli/said.ts";

const SAID: Said = [
	["source", "/srv/reg istry"],
	["target", "s3://bucket?region=eu-west-1"],
	["restart", "sh -c 'echo it'\"'\"'s'"],
	["yes", true],
	["no-fence", true],
];

describe("saidOn", () => {
	test("is what was given, and not what is presumed; a flag that may be repeated each time", () => {
		expect(
			saidOn({
				args: { source: "a", target: undefined },
				flags: {
					timeout: "2m",
					yes: true,
					fence: false,
					set: ["a=b", "c=d"],
					"max-delete": 7,
				},
				metadata: { flags: { timeout: { setFromDefault: true } } },
			}),
		).toEqual([
			["source", "a"],
			["yes", true],
			["no-fence", true],
			["set", "a=b"],
			["set", "c=d"],
			["max-delete", "7"],
		]);
	});

	test("shows no secret of a command (I7)", () => {
		const said = saidOn({
			args: {},
			flags: { restart: "restart --password=hunter2hunter2" },
			metadata: { flags: {} },
		});
		expect(JSON.stringify(said)).not.toContain("hunter2");
	});
});

describe("commandLines", () => {
	test.each([20, 80, undefined])(
		"a shell reads exactly these words, in lines of %s columns",
		(columns) => {
			const lines = commandLines(
				{ command: "cutover", directory: process.cwd(), has: () => true },
				SAID,
				columns,
			);
			const script = `regmigrate() { printf '%s\\n' "$@"; }\n${lines.join("\n")}`;
			const words = execFileSync("sh", ["-c", script], { encoding: "utf8" });
			expect(words.trimEnd().split("\n")).toEqual([
				"cutover",
				...SAID.flatMap(([name, value]) => [
					...(name === "source" || name === "target" ? [] : [`--${name}`]),
					...(value === true ? [] : [value]),
				]),
			]);
		},
	);

	test("names the directory where it was said, and leaves out what a command does not have", () => {
		expect(
			commandLines(
				{
					command: "verify",
					directory: "/a b",
					has: (name) => name === "target",
				},
				SAID,
			),
		).toEqual([
			"cd '/a b' && regmigrate verify 's3://bucket?region=eu-west-1'",
		]);
	});
});
