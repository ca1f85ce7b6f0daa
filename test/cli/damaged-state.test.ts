import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runProgram } from "../support/program.ts";
import { described } from "./cutover/described-registry.ts";
import { migration } from "./folders.ts";

/** What opens the state directory, and is refused where that cannot be used. */
function commands(source: string, target: string) {
	return [
		["cutover", source, target, "--yes"],
		["rollback", source, target, "--yes"],
		["retire", source, target, "--yes"],
		["readonly", "on", "--yes"],
		["gc", "--yes"],
	];
}

test("a state directory that is a file is refused by every command, with nothing changed", async () => {
	const [{ folder, runIn }, sides] = [await described(), migration()];
	const { source, target } = sides;
	const file = join(folder, "file");
	writeFileSync(file, "");
	for (const words of [...commands(source, target), ["status"]]) {
		const { exitCode, stderr, stdout } = await runIn(file, ...words);
		const told = `${stdout}${stderr}`;
		expect(told, words.join(" ")).toContain(file);
		expect(told).not.toContain("not foreseen");
		expect(exitCode, words.join(" ")).toBe(words[0] === "status" ? 3 : 4);
	}
	const words = ["sync", source, target, "--dry-run"];
	const { exitCode, stderr } = await runProgram([
		...[...words, "--state-directory", file],
	]);
	expect(stderr).toContain(`The index cannot be kept at ${file}/`);
	expect(exitCode).toBe(4);
});

test("a record that is damaged is refused, with what to do", async () => {
	const [{ record, run }, { source, target }] = [
		await described(),
		migration(),
	];
	writeFileSync(record, "damaged".repeat(1000));
	for (const words of commands(source, target)) {
		// Those look for a cutover first.
		if (words[0] === "rollback" || words[0] === "retire") continue;
		const { exitCode, stderr } = await run(...words);
		expect(stderr, words.join(" ")).toContain(`${record}: it is damaged`);
		expect(stderr).toContain("Put back a copy of it");
		expect(exitCode).toBe(4);
	}
});
