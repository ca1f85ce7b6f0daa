import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const PROGRAM = new URL("../../src/cli/program.ts", import.meta.url).href;

/** A program of one command, as a process of its own. */
function runCommand(body: string) {
	const script = `
		import { Command } from "@oclif/core";
		import { runProgram } from ${JSON.stringify(PROGRAM)};
		class Work extends Command { async run() { await this.parse(Work); ${body} } }
		void runProgram({ work: Work }, {}, ["work"]);
	`;
	const words = ["--input-type=module", "--eval", script];
	return spawnSync(process.execPath, words, { encoding: "utf8" });
}

test("a command that waits for what never comes is a failure, though nothing is left to do", () => {
	const { status, stderr } = runCommand("await new Promise(() => {});");
	expect(status).toBe(1);
	expect(stderr).toContain("Error: It stopped before its end");
});

test("one that ends is none", () => {
	const { status, stderr } = runCommand("");
	expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
