import { describe, expect, test } from "vitest";
import { hasTools } from "../support/services.ts";
import {
	expectAsBefore,
	expectOnTarget,
	installed,
	LONG,
	WINDOW,
} from "./installed-registry.ts";
import { startProgram } from "./program.ts";
import { Told } from "./told.ts";

/** What ends a command that has no terminal: a service manager, or a script. */
const SIGNALS = ["SIGTERM", "SIGINT"] as const;

describe.skipIf(!hasTools("registry-3", "minio"))("cutover", () => {
	test.each(
		WINDOW.map((step, index) => [
			SIGNALS[index % SIGNALS.length] ?? "SIGTERM",
			step,
		]),
	)(
		"goes back when it is told to end (%s) in %s, unless it is past the point of no return",
		async (signal, step) => {
			const at = await installed();
			const words = [...at.words, "--test-repository", "team/test"];
			const told = new Told(await startProgram(words));
			await told.said(`== ${step}:`);
			told.program.child.kill(signal);
			const { exitCode, stderr } = await told.program.ended;
			// It may have been that far before it was told.
			const isPast = told.text.includes("== read-write:");
			if (LONG.has(step)) expect(isPast).toBe(false);
			expect(exitCode, told.text + stderr).toBe(isPast ? 0 : 130);
			if (isPast) return await expectOnTarget(at);
			expect(stderr).toContain("All is as it was: the registry is on the");
			expect(stderr).toContain("Interrupted");
			await expectAsBefore(at);
		},
	);
});
