import { describe, expect, test } from "vitest";
import type { Defence } from "../../scripts/defences/defence.ts";
import type { TestEnd, TestRun } from "../../scripts/defences/test-run.ts";
import { verdictWith, verdictWithout } from "../../scripts/defences/verdict.ts";

const DEFENCE: Defence = {
	name: "lock",
	against: "two operators at once",
	removed: [{ file: "src/lock.ts", code: "lock()", instead: "" }],
	test: { file: "test/lock.test.ts", name: "one has it" },
};
const TIME_OUT = "Error: Test timed out in 120000ms.";

/** A run of its test, which ended so; `undefined`: it was not among those that were run. */
function run(
	status: TestEnd["status"] | undefined,
	...messages: readonly string[]
): TestRun {
	const { file } = DEFENCE.test;
	const other = { file, name: "a lock that is free", messages: [] };
	const tests: readonly TestEnd[] = [{ ...other, status: "passed" }];
	return {
		tests:
			status === undefined
				? tests
				: [...tests, { file, name: "a lock one has it", status, messages }],
		...{ broken: [], isLate: false },
	};
}

describe("with the defence", () => {
	test.each<[string, TestRun, string | undefined, string | undefined]>([
		["does not compile", run("passed"), "TS2304", "compile without it: TS2304"],
		["is not run", run(undefined), undefined, "was not run"],
		["is skipped", run("skipped"), undefined, "was not run"],
		["fails", run("failed", "Error: no"), undefined, "with it, too: Error: no"],
		["is late", { ...run("passed"), isLate: true }, undefined, "in time"],
		["passes", run("passed"), undefined, undefined],
	])("its test %s", (_, before, complaint, reason) => {
		const verdict = verdictWith(DEFENCE, before, complaint);
		if (reason === undefined) expect(verdict).toBeUndefined();
		else
			expect(verdict).toMatchObject({
				type: "unproven",
				because: expect.stringContaining(reason),
			});
	});
});

describe("without the defence", () => {
	test.each<[string, TestRun, string]>([
		["passes", run("passed"), "green"],
		["fails", run("failed", "AssertionError: two have it"), "red"],
		["times out", run("failed", TIME_OUT), "unproven"],
		["times out, and fails", run("failed", "Error: no", TIME_OUT), "red"],
		["is not run", run(undefined), "unproven"],
		["is late", { ...run("passed"), isLate: true }, "unproven"],
		[
			"cannot be loaded",
			{ tests: [], broken: ["SyntaxError"], isLate: false },
			"unproven",
		],
	])("its test %s", (_, after, type) => {
		expect(verdictWithout(DEFENCE, after).type).toBe(type);
	});

	test.each([
		["AssertionError: two have it\n    at …", "AssertionError: two have it"],
		["Error: a\nb: expected 0 to be 4\n    at …", "expected 0 to be 4"],
	])("of %j it is told why it failed", (message, because) => {
		const verdict = verdictWithout(DEFENCE, run("failed", message));
		expect(verdict).toEqual({ type: "red", because });
	});
});
