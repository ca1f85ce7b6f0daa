import { spawn, spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runProgram } from "../support/program.ts";
import { migration, registryKeys } from "./folders.ts";

const PROGRAM = fileURLToPath(new URL("../../src/bin.ts", import.meta.url));

/** Runs the program at a terminal, where `script` of util-linux makes one, and answers what it asks. */
async function atTerminal(argv: readonly string[], answer: string) {
	const words = [process.execPath, PROGRAM, ...argv];
	const command = words.map((word) => `'${word}'`).join(" ");
	const child = spawn("script", ["-qec", command, "/dev/null"], {
		stdio: ["pipe", "pipe", "inherit"],
	});
	child.stdout.on("data", (bytes: Buffer) => {
		if (bytes.includes("[y/N]")) child.stdin.write(`${answer}\n`);
	});
	const output = await text(child.stdout);
	child.stdin.destroy();
	return output;
}

test("--delete asks at a terminal, and deletes only when the answer is yes", async (context) => {
	if (spawnSync("script", ["--version"]).status !== 0)
		context.skip("there is no script (util-linux) to make a terminal");
	const { source, target } = migration({ repositories: 3 });
	await runProgram(["sync", source, target]);
	const before = registryKeys(target);
	const [link = ""] = before.filter((key) => key.endsWith("/current/link"));
	rmSync(join(source, link));
	const argv = ["sync", source, target, "--delete", "--no-progress"];

	const refused = await atTerminal(argv, "n");
	expect(refused).toContain(
		"The source does not have 1 tag of the target (71 B).",
	);
	expect(refused).toContain("was not approved");
	expect(registryKeys(target)).toEqual(before);

	const done = await atTerminal(argv, "y");
	expect(done).toContain("Deleted 1 object (71 B)");
	expect(registryKeys(target)).toEqual(registryKeys(source));
});
