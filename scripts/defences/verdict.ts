import type { Defence } from "./defence.ts";
import type { TestEnd, TestRun } from "./test-run.ts";

/** What is known of a defence. The reasons are clauses. */
export type Verdict =
	/** Its test fails without it. */
	| { readonly type: "red"; readonly because: string }
	/** Its test passes without it: the test is weak, or something else holds as well. */
	| { readonly type: "green" }
	/** Nothing can be told. */
	| { readonly type: "unproven"; readonly because: string };

/**
 * Why a defence need not be removed, for nothing would be told by that; `undefined`: it is to be tried. `complaint` is what
 * the compiler says of the program without it.
 *
 * | compiles | its tests with it | then                             |
 * | -------- | ----------------- | -------------------------------- |
 * | no       | -                 | unproven: it would fail for that |
 * | yes      | none, or skipped  | unproven: there is no such test  |
 * | yes      | one failed        | unproven: it fails anyway        |
 * | yes      | all passed        | `undefined`                      |
 */
export function verdictWith(
	defence: Defence,
	before: TestRun,
	complaint: string | undefined,
): Verdict | undefined {
	if (complaint !== undefined)
		return unproven(`the program does not compile without it: ${complaint}`);
	if (before.isLate) return unproven("the tests did not end in time");
	const tests = testsOf(defence, before);
	if (tests.length === 0)
		return unproven(
			"its test was not run: there is none, or it needs a program that is not there",
		);
	const failed = tests.find(({ status }) => status === "failed");
	return failed === undefined
		? undefined
		: unproven(`its test fails with it, too: ${reasonOf(failed)}`);
}

/**
 * What is known of a defence by its tests without it, which have passed with it.
 *
 * | its tests                                | then                     |
 * | ---------------------------------------- | ------------------------ |
 * | were ended, not loaded, or not run       | unproven                 |
 * | all passed                               | green                    |
 * | some failed, by vitest's time-outs only  | unproven: it may be slow |
 * | one failed otherwise                     | red                      |
 */
export function verdictWithout(defence: Defence, after: TestRun): Verdict {
	if (after.isLate) return unproven("its test did not end in time");
	const [broken] = after.broken;
	if (broken !== undefined)
		return unproven(`its test could not be run: ${firstLine(broken)}`);
	const tests = testsOf(defence, after);
	if (tests.length === 0) return unproven("its test was not run without it");
	const failures = tests.filter(({ status }) => status === "failed");
	if (failures.length === 0) return { type: "green" };
	const real = failures.find((test) => !isLate(test));
	return real === undefined
		? unproven("its test only timed out")
		: { type: "red", because: reasonOf(real) };
}

/** The tests of a defence that were run. */
function testsOf(
	{ test: { file, name } }: Defence,
	{ tests }: TestRun,
): readonly TestEnd[] {
	return tests.filter(
		(test) =>
			test.file === file &&
			test.name.endsWith(name) &&
			test.status !== "skipped",
	);
}

/** Whether vitest, and nothing that the test has said, ended it. */
function isLate({ messages }: TestEnd): boolean {
	return messages.every((message) => /Test timed out in/.test(message));
}

/** What was expected, where a test says all that a program has printed before it; otherwise the first line. */
function reasonOf({ messages: [message = ""] }: TestEnd): string {
	const [expectation = message] = /\bexpected .* to .*/.exec(message) ?? [];
	return firstLine(expectation);
}

function firstLine(text: string): string {
	const [line = ""] = text.trim().split("\n");
	return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}

function unproven(because: string): Verdict {
	return { type: "unproven", because };
}
