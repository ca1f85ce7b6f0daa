import { expect, test } from "vitest";
import { runProgram } from "../support/program.ts";
import { migration } from "./folders.ts";

test.for(["a report", "JSON"])(
	"a result that cannot be written, %s, is a failure and not a success that nobody sees",
	async (form) => {
		const flags = form === "JSON" ? ["--json"] : [];
		const { source, target } = migration();
		const result = await runProgram(["verify", source, target, ...flags], {
			outputTo: "/dev/full",
		});
		expect(result).toEqual({
			exitCode: 1,
			stdout: "",
			stderr:
				"Error: Cannot write to standard output: ENOSPC: no space left on device, write\n",
		});
	},
);

test("a log has neither carriage returns nor escape codes", async () => {
	const { source, target } = migration({
		extras: ["upload", "temporary", "dangling-layer", "lock"],
	});
	const result = await runProgram(["sync", source, target, "--verbose"]);
	expect(result).toMatchObject({ exitCode: 0, stderr: "" });
	expect(result.stdout).toMatch(/^[ -~\n]+$/);
	const { stdout } = await runProgram(["verify", source, target]);
	expect(stdout.split("\n")).toEqual([
		expect.stringMatching(
			/^Source file:\S+: \d+ objects, \S+ \w+; not counted: 2 temporary objects, what _uploads holds in 1 repository$/,
		),
		expect.stringMatching(/^Target file:\S+: \d+ objects, \S+ \w+$/),
		"The target is the same as the source: every key, size and link content.",
		"",
	]);
});
