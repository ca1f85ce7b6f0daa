import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeResult } from "../support/program.ts";
import { hasTools } from "../support/services.ts";
import {
	expectAsBefore,
	expectOnTarget,
	installed,
	run,
	stateOf,
} from "./installed-registry.ts";
import type { RestartBehaviour } from "./managed-registry.ts";
import { runProgram } from "./program.ts";

const tools = hasTools("registry-3", "minio");
const AS_IT_WAS =
	"All is as it was: the registry is on the source, and takes writes";
/** A restart command does this the so-many-th time that it is run, or from then on, and works otherwise. */
const only = (which: number, what: RestartBehaviour) => (times: number) =>
	times === which ? what : "restarts";
const from = (which: number, what: RestartBehaviour) => (times: number) =>
	times >= which ? what : "restarts";

/** What a restart command may do instead, what is said of it, and the flags by which nobody waits long for what never comes. */
const FAILURES = {
	lies: { reason: /of before has not ended/, flags: ["--timeout=2s"] },
	hangs: {
		reason: /took longer than 5 s, and was ended/,
		flags: ["--command-timeout=5s"],
	},
	fails: { reason: /ended with exit code 1/, flags: [] },
	stops: { reason: /nothing listens there/, flags: ["--timeout=2s"] },
} as const;

describe.skipIf(!tools)("cutover › a restart command that", () => {
	test.each(["lies", "hangs", "fails"] as const)(
		"%s when the node is to become read-only: all is as it was",
		async (what) => {
			const { flags } = FAILURES[what];
			const at = await installed();
			at.registry.let(only(1, what));
			const { stderr, stdout } = await run(5, ...at.words, ...flags);
			expect(stdout).toContain("== read-only:");
			expect(stdout).not.toContain("== final pass");
			expect(stderr).toMatch(
				what === "lies" ? /it was not restarted/ : FAILURES[what].reason,
			);
			expect(stderr).toContain(AS_IT_WAS);
			await expectAsBefore(at);
		},
	);

	test.each(["lies", "hangs", "fails", "stops"] as const)(
		"%s when the node is switched, and then works again: all is as it was",
		async (what) => {
			const { flags, reason } = FAILURES[what];
			const at = await installed();
			at.registry.let(only(2, what));
			const { stderr, stdout } = await run(5, ...at.words, ...flags);
			expect(stdout).toContain("== switch:");
			expect(stdout).not.toContain("== canary:");
			expect(stderr).toMatch(reason);
			expect(stderr).toContain(AS_IT_WAS);
			await expectAsBefore(at);
		},
	);

	test.each(["lies", "stops"] as const)(
		"%s from the switch on: somebody has to mend it, and the same command goes back",
		async (what) => {
			const { flags, reason } = FAILURES[what];
			const at = await installed();
			at.registry.let(from(2, what));
			const { stderr } = await run(6, ...at.words, ...flags);
			expect(stderr).toMatch(reason);
			expect(stderr).toContain('the step "switch" could not be undone');
			expect(stderr).toContain("run the same command again");
			expect(stderr).toContain("restore.sh");
			expect(await stateOf(at.registry)).not.toBe("writable");
			at.registry.let("restarts");
			const again = await run(5, ...at.words);
			expect(again.stderr).toContain(AS_IT_WAS);
			await expectAsBefore(at);
		},
	);

	test.each(["lies", "fails", "stops"] as const)(
		"%s when the node is to take writes on the target: there is no way back, and the same command goes on",
		async (what) => {
			const { flags, reason } = FAILURES[what];
			const at = await installed();
			at.registry.let(only(3, what));
			const { stderr } = await run(6, ...at.words, ...flags);
			expect(stderr).toMatch(what === "lies" ? /, and does not: / : reason);
			expect(stderr).toContain("It is past the point of no return");
			expect(stderr).toContain("run the same command again: it goes on");
			expect(readFileSync(at.registry.configFile, "utf8")).toContain("s3:");
			expect(await stateOf(at.registry)).not.toBe("writable");
			await run(0, ...at.words);
			await expectOnTarget(at);
		},
	);

	test("stops when the node is to take writes, and another version is on the PATH: it goes on for the one that was configured", async () => {
		const at = await installed();
		const version = at.words.indexOf("--registry-version");
		const words = at.words.toSpliced(version, 2);
		at.registry.let(only(3, "stops"));
		await run(6, ...words, "--timeout=2s");
		const programs = join(at.folder, "programs");
		mkdirSync(programs);
		const said = "registry github.com/docker/distribution v2.8.2";
		const program = `#!/bin/sh\necho ${said}\n`;
		writeFileSync(join(programs, "registry"), program, { mode: 0o755 });
		const environment = { PATH: `${programs}:${process.env.PATH}` };
		const result = await runProgram(words, { environment });
		expect(result.exitCode, describeResult(result)).toBe(0);
		await expectOnTarget(at);
	});

	test("starts a registry that ends at once, because of what it is configured to: all is as it was", async () => {
		const at = await installed();
		at.registry.override = (text) => text.replace("  s3:", "  s4:");
		const { stderr } = await run(5, ...at.words);
		expect(stderr).toContain("ended with exit code 1");
		expect(stderr).toContain(AS_IT_WAS);
		await expectAsBefore(at);
	});
});
