import { expect, test } from "vitest";
import { runProgram } from "./program.ts";

test("on an older Node the program says so in one line and ends with 2", async () => {
	const pretend =
		"Object.defineProperty(process,'versions',{value:{...process.versions,node:'22.21.0'}})";
	const result = await runProgram(["sync", "a", "b"], {
		nodeOptions: ["--import", `data:text/javascript,${pretend}`],
	});
	expect(result).toEqual({
		exitCode: 2,
		stdout: "",
		stderr:
			"regmigrate needs Node 24 or newer; this is 22.21.0. Install it from https://nodejs.org or your distribution.\n",
	});
});
