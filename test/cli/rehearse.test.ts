import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stepLines } from "../../src/cli/registry/rehearsal-lines.ts";
import { wrapped } from "../../src/cli/wrapped.ts";
import { runProgram } from "../support/program.ts";
import { migration } from "./folders.ts";

const ENVIRONMENT = { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "x" };

/** Runs the command for a registry that is described so. */
async function rehearse(description: string, ...flags: readonly string[]) {
	const { source, target } = migration();
	const file = join(target, "../regmigrate.yml");
	writeFileSync(file, description);
	return await runProgram(
		["rehearse", source, "s3://reg", "--registry-file", file, ...flags],
		{ environment: ENVIRONMENT },
	);
}

const NODE =
	"url: 'http://127.0.0.1:5000', configuration: /etc/config.yml, restart: x";

describe("refuses, before anything is written,", () => {
	test.for<
		[
			what: string,
			description: string,
			flags: readonly string[],
			exitCode: number,
			said: RegExp,
		]
	>([
		[
			"a node on another machine",
			`{kind: distribution, name: one, ssh: root@one, ${NODE}}`,
			[],
			4,
			/Cannot rehearse one \(root@one\) from here: .*\n.*Run regmigrate rehearse there/,
		],
		[
			"a node in a container",
			`{kind: distribution, name: one, via: [docker, exec, -i, gitlab], ${NODE}}`,
			[],
			4,
			/Cannot rehearse one \(docker exec -i gitlab\) from here/,
		],
		[
			"a node of which only commands are known",
			"{kind: hooks, name: one, url: 'http://127.0.0.1:5000', readOnly: x, readWrite: x}",
			[],
			4,
			/Cannot rehearse one: only its operator's commands are known/,
		],
		[
			"a program that is not there",
			`{kind: distribution, name: one, program: /nowhere/registry, ${NODE}}`,
			[],
			1,
			/Cannot rehearse one: on this machine there is no \/nowhere\/registry/,
		],
		[
			"a node that nobody described",
			`{kind: distribution, name: one, ${NODE}}`,
			["--node", "two"],
			2,
			/There is no node "two"\n.*There are one/,
		],
		[
			"a pattern that is none",
			`{kind: distribution, name: one, ${NODE}}`,
			["--include", "a:v1"],
			2,
			/names a tag/,
		],
	])("%s", async ([, description, flags, exitCode, said]) => {
		const result = await rehearse(description, ...flags);
		expect(result).toMatchObject({ exitCode, stdout: "" });
		expect(result.stderr).toMatch(said);
	});
});

test("a step is shown with what was said and what there is to do, also in 80 columns", () => {
	const lines = stepLines({
		step: "push",
		outcome: "failed",
		message: `Cannot push the blob sha256:${"0".repeat(64)} to a at http://127.0.0.1:1: the registry answered 500 (UNKNOWN)`,
		said: [
			"s3aws: AccessDenied: Access Denied. status code: 403, request id: 18EC38950645A7D8\u001b[2J",
		],
		suggestions: ["Allow it."],
	});
	const text = wrapped(lines.join("\n"), 80);
	expect(text).toMatchInlineSnapshot(`
		"FAILED  Cannot push the blob
		        sha256:0000000000000000000000000000000000000000000000000000000000000000
		        to a at http://127.0.0.1:1: the registry answered 500 (UNKNOWN)
		        The registry's log: s3aws: AccessDenied: Access Denied. status code:
		          403, request id: 18EC38950645A7D8\\u{1b}[2J
		        Allow it."
	`);
	expect(wrapped(text, 80)).toBe(text);
});
