import { expect, test } from "vitest";
import { courseFailure } from "../../../src/cli/cutover/course-failure.ts";
import { Interruption } from "../../../src/cli/interruption.ts";
import { CutoverError } from "../../../src/cutover/cutover-error.ts";

const failed = new CutoverError("unproven", "the source has moved", {
	suggestions: ["Look who writes there."],
});
const interruption = new Interruption("Interrupted");
const because = (code: "rolled-back" | "needs-operator", cause: Error) =>
	new CutoverError(code, "All is as it was", { cause });

test("what was interrupted and brought back is an interruption that says how it is now", () => {
	const found = courseFailure(because("rolled-back", interruption), false);
	expect(found).toBeInstanceOf(Interruption);
	expect(found).toMatchObject({
		message: "Interrupted",
		suggestions: ["All is as it was."],
	});
});

test("any other failure is told as it is", () => {
	for (const error of [
		because("rolled-back", failed),
		because("needs-operator", interruption),
		failed,
		new TypeError("no"),
	])
		expect(courseFailure(error, false)).toBe(error);
});

test("a dry run has brought nothing back: it is refused, or interrupted", () => {
	expect(courseFailure(because("rolled-back", interruption), true)).toBe(
		interruption,
	);
	for (const code of ["rolled-back", "needs-operator"] as const)
		expect(courseFailure(because(code, failed), true)).toMatchObject({
			code: "refused",
			message:
				"The dry run came to no end: the source has moved. Nothing was changed",
			suggestions: ["Look who writes there."],
		});
	expect(courseFailure(failed, true)).toBe(failed);
});
