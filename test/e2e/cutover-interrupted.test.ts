import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { hasTools } from "../support/services.ts";
import { AtTerminal } from "./at-terminal.ts";
import {
	expectAsBefore,
	expectOnTarget,
	installed,
	LONG,
	WINDOW,
} from "./installed-registry.ts";

describe.skipIf(!hasTools("registry-3", "minio"))("cutover", () => {
	test.each(WINDOW)(
		"goes back when Ctrl-C is pressed twice in %s, unless it is past the point of no return",
		async (step) => {
			const at = await installed();
			const terminal = await AtTerminal.start([
				...at.words,
				...["--test-repository", "team/test"],
			]);
			await terminal.said(`== ${step}:`);
			terminal.pressInterrupt();
			await terminal.said("It goes on");
			terminal.pressInterrupt();
			const code = await terminal.exitCode();
			await terminal.program.ended;
			// It may have been that far before it was told.
			const isPast = terminal.text.includes("== read-write:");
			if (LONG.has(step)) expect(isPast).toBe(false);
			expect(code, terminal.text).toBe(isPast ? 0 : 130);
			if (isPast) return await expectOnTarget(at);
			expect(terminal.text).toContain("All is as it was: the registry is on");
			expect(terminal.text).toContain("Interrupted.");
			await expectAsBefore(at);
		},
	);

	test("whose way back has begun is stopped by no Ctrl-C", async () => {
		const at = await installed();
		const terminal = await AtTerminal.start(at.words);
		await terminal.said("== switch:");
		terminal.pressInterrupt();
		await terminal.said("Ctrl-C once more");
		terminal.pressInterrupt();
		await terminal.said("== undo switch");
		for (let times = 0; times < 3; times++) {
			terminal.pressInterrupt();
			await sleep(50);
		}
		expect(await terminal.exitCode()).toBe(130);
		await expectAsBefore(at);
	});
});
