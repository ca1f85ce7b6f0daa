import { expect, test } from "vitest";
import { ToldCourse } from "../../../src/cli/cutover/told-course.ts";
import type { CutoverEvent } from "../../../src/cutover/course/machine-event.ts";

/** Why Ctrl-C does nothing after these events. */
function whyIgnored(
	events: readonly CutoverEvent[],
	isDryRun = false,
): readonly string[] {
	const ignored: string[] = [];
	const kept = { keep() {}, keepEnd() {}, [Symbol.dispose]() {} };
	const told = new ToldCourse(
		"cutover",
		kept,
		{ say() {}, ignoreInterrupts: (why) => void ignored.push(why) },
		isDryRun,
	);
	for (const event of events) told.observe(event);
	return ignored;
}

const began = (step: string): CutoverEvent => ({
	...{ type: "began", about: "", step },
});
const BACK: CutoverEvent = { type: "turning-back", reason: "why" };

test("Ctrl-C counts until nothing leads back, or all is on its way back", () => {
	expect(whyIgnored([began("read-only"), began("canary")])).toEqual([]);
	expect(whyIgnored([began("read-write")])).toEqual([
		"past the point of no return it ends on the target",
	]);
	expect(whyIgnored([BACK])).toEqual(["it is going back already"]);
});

test("in a dry run it always counts", () => {
	expect(whyIgnored([began("read-write"), BACK], true)).toEqual([]);
});
