import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { selectionOptions } from "../../../src/cli/sync/selection.ts";
import { MARKER_KEY } from "../../../src/layout/marker.ts";
import { runProgram } from "../../support/program.ts";
import { migration, registryKeys, temporaryFolder, write } from "../folders.ts";

const NONE = { include: undefined, exclude: undefined };

describe("the flags that select repositories", () => {
	test.for([
		[
			{ include: ["a/**", "/b"] },
			"--include '/b' cannot be used: repositories' names do not begin with a slash",
		],
		[
			{ exclude: ["{a"] },
			"--exclude '{a' cannot be used: its brackets do not match",
		],
		[{ include: [""] }, "--include '' cannot be used: it is empty"],
		[
			{ include: ["a".repeat(2000)] },
			`--include '${"a".repeat(80)}…' cannot be used: it is longer than 1024 characters`,
		],
	] as const)("refuse what is no pattern: %j", ([flags, message]) => {
		const wishes = { ...NONE, ...flags, "skip-unreferenced": false };
		expect(() => selectionOptions(wishes)).toThrow(
			expect.objectContaining({ name: "UsageError", message }),
		);
	});

	test("copy a part, which sync and verify call partial until all of it is there", async () => {
		const { source, target } = migration({ repositories: 3 });
		const [first = ""] = registryKeys(source)
			.map((key) => /repositories\/(.+?)\/_/.exec(key)?.[1])
			.filter((name) => name !== undefined);
		const part = await runProgram([
			...["sync", "--include", first, "--exclude", "no/*", source, target],
		]);
		expect(part).toMatchObject({ exitCode: 0, stderr: "" });
		const lines = part.stdout.trimEnd().split("\n");
		expect(lines).toContain(
			"No repository of the source matches --exclude 'no/*'.",
		);
		expect(part.stdout).toMatch(
			/\nLeft out: 2 repositories, and \d+ blobs? \(.*\) that the selected ones do not name\.\n/,
		);
		expect(lines.at(-1)).toBe(
			"The target has all that was selected. The target is partial: a registry on it would lack what was left out; sync without --include and --exclude makes it whole.",
		);
		expect(
			registryKeys(target).every(
				(key) => !key.includes("/repositories/") || key.includes(`/${first}/_`),
			),
		).toBe(true);
		expect(
			JSON.parse(readFileSync(join(target, MARKER_KEY), "utf8")),
		).toMatchObject({ partial: "repositories" });
		const verified = await runProgram(["verify", source, target]);
		expect(verified.exitCode).toBe(3);
		expect(verified.stdout).toContain("\nThe target is partial: ");
		const all = await runProgram(["sync", source, target, "--json"]);
		expect(JSON.parse(all.stdout)).toMatchObject({
			isComplete: true,
			leftOut: { repositories: 0 },
		});
		expect(registryKeys(target)).toEqual(registryKeys(source));
		const whole = await runProgram(["verify", source, target, "--json"]);
		expect(whole.exitCode).toBe(0);
		expect(JSON.parse(whole.stdout)).not.toHaveProperty("partial");
	});

	test("are refused before anything is changed where they match nothing, or links say nothing", async () => {
		const { source, target } = migration();
		const none = await runProgram([
			"sync",
			source,
			target,
			"--include",
			"nope",
		]);
		expect(none).toMatchObject({ exitCode: 4, stdout: "" });
		expect(none.stderr).toMatch(
			/^Error: No repository of the source matches --include 'nope'\n {2}There are .*\n$/,
		);
		const file = join(temporaryFolder(), "config.yml");
		const storage = { filesystem: { rootdirectory: source } };
		write(file, JSON.stringify({ storage, database: { enabled: true } }));
		const database = await runProgram([
			...["sync", `config:${file}`, target, "--skip-unreferenced", "--json"],
		]);
		expect(database).toMatchObject({ exitCode: 4 });
		expect(JSON.parse(database.stdout)).toMatchObject({
			error: {
				code: "metadata-database",
				message: expect.stringContaining(
					"its configuration enables the database",
				),
			},
		});
		expect(registryKeys(target)).toEqual([]);
		const copied = await runProgram(["sync", `config:${file}`, target]);
		expect(copied).toMatchObject({ exitCode: 0 });
		expect(registryKeys(target)).toEqual(registryKeys(source));
	});
});
