import { describe, expect, test } from "vitest";
import { runProgram } from "../support/program.ts";

describe("a wrong command line ends with 2, one sentence and what to do", () => {
	test.for<[readonly string[], string, string]>([
		[
			["snyc", "a", "b"],
			'There is no command "snyc"',
			'Did you mean "regmigrate sync"? See regmigrate --help.',
		],
		[
			["sync", "a"],
			"Missing: TARGET",
			"Write: regmigrate sync SOURCE TARGET. See regmigrate sync --help.",
		],
		[
			["sync", "a", "b", "--concurrency", "0"],
			"--concurrency: Expected an integer greater than or equal to 1 but received: 0",
			"See regmigrate sync --help.",
		],
		[
			["sync", "a", "b", "--delete"],
			"--delete asks before it deletes, and there is no terminal to ask at",
			"Look at what would be deleted with --dry-run --delete-plan FILE, then run it with --delete-plan FILE; or with --yes, and --max-delete as a limit.",
		],
		[
			["sync", "a", "b", "--snapshot-of", "c", "--delete", "--yes"],
			"--snapshot-of does not go with --delete",
			"What was pushed since the snapshot would count as gone: the last pass, from the live source, deletes.",
		],
		[
			["sync", "a", "b", "--snapshot-of", "c", "--until-stable", "2m"],
			"--snapshot-of does not go with --until-stable",
			"A snapshot does not change: one pass is enough, then go on with the live source.",
		],
		[
			["sync", "a", "b", "--until-stable", "2x"],
			'--until-stable cannot be "2x"',
			"Write a number with a unit, such as 90s, 2m or 1h30m.",
		],
		[
			["sync", "a", "b", "--until-stable", "2m", "--delete"],
			"--until-stable does not go with --delete",
			"Deleting is for the last pass, when the registry is read-only.",
		],
		[
			["verify", "a", "b", "--counts", "--digests", "5%"],
			"--digests does not go with --counts",
			"See regmigrate verify --help.",
		],
		[
			["status", "--registry-file", "a", "--restart", "secret"],
			"--registry-file does not go with --restart",
			"See regmigrate status --help.",
		],
		[
			["verify", "a", "b", "--ca-bundle", "/nowhere/ca.pem"],
			"Cannot use --ca-bundle /nowhere/ca.pem: it does not exist",
			"Name a file of PEM certificates.",
		],
		[
			["sync", "ftp://host/registry", "b"],
			'Cannot open ftp://host/registry: the scheme "ftp" is not known',
			"Write a path, file:///PATH, s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://ACCOUNT/CONTAINER/PREFIX.",
		],
	])("%j", async ([argv, message, suggestion]) => {
		expect(await runProgram(argv)).toEqual({
			exitCode: 2,
			stdout: "",
			stderr: `Error: ${message}\n  ${suggestion}\n`,
		});
	});

	test("and under --json the same as JSON, without a dump of the configuration", async () => {
		const { exitCode, stdout, stderr } = await runProgram([
			"sync",
			"a",
			"b",
			"--frobnicate",
			"--json",
		]);
		expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: "" });
		expect(JSON.parse(stdout)).toEqual({
			error: {
				message: "There is no flag --frobnicate",
				suggestions: ["See regmigrate sync --help."],
				exitCode: 2,
			},
		});
	});
});

describe("help", () => {
	test("is what no arguments ask for", async () => {
		expect(await runProgram([])).toMatchInlineSnapshot(`
			{
			  "exitCode": 0,
			  "stderr": "",
			  "stdout": "Moves a container registry's storage from a file system to object storage,
			without downtime and without losing an image

			USAGE
			  $ regmigrate COMMAND [ARGUMENTS] [FLAGS]

			COMMANDS
			  config render    Show what the registry will be configured to, as a diff
			                   against today
			  cutover          Move the registry from SOURCE to TARGET, or back if
			                   anything fails
			  gc               Collect the registry's garbage, by its own collector in a
			                   read-only window
			  readonly off     Put the registry back to what readonly on has found, and
			                   prove it
			  readonly on      Make the registry read-only on every node, and prove it
			  readonly status  Tell whether the registry is read-only, node by node
			  rehearse         Try TARGET with the registry's own program, on a few images
			  report           Print the report of a cutover, or of the way back, again
			  retire           Delete the registry in SOURCE, weeks after it was cut over
			                   to TARGET
			  rollback         Bring the registry back from TARGET to SOURCE after a
			                   cutover
			  status           Tell how far a cutover is, while it runs or after it was
			                   killed
			  sync             Copy a registry's storage to another store
			  verify           Prove that a target holds what the registry in a source
			                   holds

			regmigrate COMMAND --help tells more.
			",
			}
		`);
	});

	test.for([
		["sync", "SOURCE TARGET"],
		["verify", "SOURCE [TARGET]"],
	])(
		"on %s fits into 80 columns, has no escape codes, and tells the exit codes",
		async ([command = "", stores]) => {
			const { exitCode, stdout, stderr } = await runProgram(["help", command]);
			expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
			const lines = stdout.split("\n");
			expect(lines.filter((line) => line.length > 80)).toEqual([]);
			expect(stdout).toMatch(/^[ -~\n]*$/);
			expect(stdout).toContain(`  $ regmigrate ${command} ${stores} [FLAGS]`);
			expect(stdout).toContain("  4    refused by a guard, nothing changed\n");
			// Everything is said once.
			const sentences = lines.filter((line) => line.length > 40);
			expect(new Set(sentences).size).toBe(sentences.length);
		},
	);
});
