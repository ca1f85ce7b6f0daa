import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runProgram } from "../../support/program.ts";
import { migration } from "../folders.ts";

describe("sync as a guest", () => {
	test.each([
		[["--bwlimit", "fast"], /^Error: --bwlimit cannot be "fast": /],
		[["--until", "late"], /^Error: --until cannot be "late"/],
		[["--max-failures", "0"], /--max-failures: Expected an integer greater/],
		[["--max-requests-per-second", "0"], /per-second: Expected an integer gr/],
	])("%j is refused, and nothing written", async (flags, sentence) => {
		const { source, target } = migration();
		const result = await runProgram(["sync", source, target, ...flags]);
		expect(result).toMatchObject({ exitCode: 2, stdout: "" });
		expect(result.stderr).toMatch(sentence);
		expect(readdirSync(target)).toEqual([]);
	});

	test("--until ends it at that time with nothing lost, and the same command goes on", async () => {
		const { source, target } = migration();
		const command = ["sync", source, target, "--bwlimit", "1k"];
		const cut = await runProgram([...command, "--until", "3s"]);
		expect(cut.exitCode).toBe(3);
		expect(cut.stdout).toContain("Stopped at the time that --until names.");
		expect(cut.stdout.trimEnd().split("\n").at(-1)).toMatch(
			/^The target is not complete yet: run the same command again/,
		);
		const whole = await runProgram(["sync", source, target]);
		expect(whole).toMatchObject({ exitCode: 0, stderr: "" });
		const verified = await runProgram(["verify", source, target]);
		expect(verified.exitCode).toBe(0);
	});

	test("--until ends a series of passes", async () => {
		const { source, target } = migration();
		const series = ["sync", source, target, "--until-stable", "1s"];
		const result = await runProgram([
			...[...series, "--bwlimit", "1k"],
			...["--until", "3s"],
		]);
		expect(result.exitCode).toBe(3);
		expect(result.stdout).toContain(
			"Stopped after 1 pass, at the time that --until names.",
		);
	});

	test("--bwlimit and --max-requests-per-second hold it back", async () => {
		const { source, target } = migration();
		const began = performance.now();
		const flags = ["--max-requests-per-second", "50", "--bwlimit", "off"];
		const result = await runProgram(["sync", source, target, ...flags]);
		expect(result).toMatchObject({ exitCode: 0, stderr: "" });
		const objects = Number(/Copied (\d+) objects/.exec(result.stdout)?.[1]);
		expect(performance.now() - began).toBeGreaterThan((objects / 50) * 1000);
	});

	test("--max-failures gives up after so many, and says so", async () => {
		const { source, target } = migration();
		await runProgram(["sync", source, target]);
		// Files where directories should be: nothing can be put.
		rmSync(join(target, "docker"), { recursive: true });
		writeFileSync(join(target, "docker"), "in the way");
		const flags = ["--relist", "--target-not-empty", "--max-failures", "2"];
		const result = await runProgram(["sync", source, target, ...flags]);
		expect(result.exitCode).toBe(3);
		expect(result.stdout).toMatch(
			/^Stopped early: \d+ objects failed, and --max-failures allows no more\.$/m,
		);
	});
});
