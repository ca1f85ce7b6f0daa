import { describe, expect, test } from "vitest";
import { hasTools } from "../support/services.ts";
import { AtTerminal } from "./at-terminal.ts";
import { expectOnTarget, installed, WINDOW } from "./installed-registry.ts";

describe.skipIf(!hasTools("registry-3", "minio"))("cutover", () => {
	test.each(WINDOW)(
		"goes on to its end when, in %s, Ctrl-C is pressed once, and then the terminal is lost",
		async (step) => {
			const at = await installed();
			const terminal = await AtTerminal.start([
				...at.words,
				...["--test-repository", "team/test"],
			]);
			await terminal.said(`== ${step}:`);
			terminal.pressInterrupt();
			await terminal.said("It goes on");
			terminal.hangUp();
			await terminal.program.ended;
			expect(await terminal.exitCode()).toBe(0);
			await expectOnTarget(at);
		},
	);
});
