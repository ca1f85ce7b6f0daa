import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { Script } from "node:vm";
import { expect, test } from "vitest";
import { runProgram } from "../support/program.ts";

test.for(["22.21.0", "24.20.9"])(
	"on an older Node (%s) the program says so in one line and ends with 2",
	async (version) => {
		const pretend = `Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`;
		const result = await runProgram(["sync", "a", "b"], {
			nodeOptions: ["--import", `data:text/javascript,${pretend}`],
		});
		expect(result).toEqual({
			exitCode: 2,
			stdout: "",
			stderr: `regmigrate needs Node 24.21 or newer; this is ${version}. Install it from https://nodejs.org or your distribution.\n`,
		});
	},
);

test("the module that says so has neither a static import nor an await outside a function, which Node 12 cannot read", () => {
	const source = new URL("../../src/bin.ts", import.meta.url);
	const module = stripTypeScriptTypes(readFileSync(source, "utf8"));
	// A script may hold neither.
	const script = module.replace("export {};", "").replace(/^#!.*/, "");
	expect(() => new Script(script)).not.toThrow();
});
