import { expect, test } from "vitest";
import { stabilityLines } from "../../src/cli/stable-passes.ts";
import type { Stability } from "../../src/sync/until-stable.ts";

const STABILITY = {
	next: { readMs: 8000, copyMs: 61_000 },
	passes: 3,
} as Stability;

test("passes that became short enough say what the last one will cost, and what to do", () => {
	expect(stabilityLines({ ...STABILITY, isStable: true }, 120_000)).toEqual([
		"After 3 passes the next one is expected to take 1m 9s: 8s to read the source, 1m 1s to copy what changes meanwhile.",
		expect.stringMatching(/read-only.*--delete\.$/),
	]);
});

test("passes that did not say by how much", () => {
	expect(
		stabilityLines({ ...STABILITY, passes: 1, isStable: false }, 60_000),
	).toEqual([
		"Stopped after 1 pass: the next one is expected to take 1m 9s: 8s to read the source, 1m 1s to copy what changes meanwhile; that is more than the 1m asked for.",
	]);
});
