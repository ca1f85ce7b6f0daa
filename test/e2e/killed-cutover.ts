import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { STEPS } from "../../src/cutover/steps.ts";
import { installed, pushing, run, stateOf } from "./installed-registry.ts";
import { killedIn } from "./killed-in.ts";
import { tagDigests } from "./registry-client.ts";

/** The steps up to a place, and from there on. Those of a registry with a metadata database have tests of their own. */
const NAMES = STEPS.filter(({ isNeeded }) => isNeeded === undefined).map(
	({ name }) => name,
);
const HALF = NAMES.indexOf("switch");
export const EARLY = NAMES.slice(0, HALF);
export const LATE = NAMES.slice(HALF);

/** Kills cutovers in each of these steps: in two files, for they take long, and files run beside each other. */
export function describeKilled(steps: readonly string[]): void {
	test.each(steps)(
		"killed in the middle of %s, while a client pushes, the same command goes on",
		async (step) => {
			const { registry, words: given } = await installed("3");
			const words = given.filter(
				(word) => step !== "rehearse" || word !== "--no-rehearse",
			);
			const stop = pushing(registry);
			await killedIn(step, words, { afterMs: 30 });
			const { stdout } = await run(0, ...words);
			// It knows what was in doubt, and makes the last pass itself.
			if (step === "read-only")
				expect(stdout).not.toContain("compared: all that there are");
			const { acknowledged } = await stop();
			expect(await stateOf(registry)).toBe("writable");
			expect(readFileSync(registry.configFile, "utf8")).toContain("s3:");
			const tags = await tagDigests(registry.server());
			for (const name of ["team/app:v1", ...acknowledged])
				expect(tags.get(name), name).toMatch(/^sha256:/);
		},
	);
}
