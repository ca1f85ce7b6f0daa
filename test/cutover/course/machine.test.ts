import { expect, test } from "vitest";
import type { Journal } from "../../../src/cutover/course/journal.ts";
import type { JournalRecord } from "../../../src/cutover/course/journal-record.ts";
import { runSteps } from "../../../src/cutover/course/machine.ts";
import type { Stage, Step } from "../../../src/cutover/course/step.ts";
import { CUTOVER } from "../../../src/cutover/steps.ts";
import { wait } from "../../../src/store/wait.ts";

const WORLD: Stage = {
	approve: async () => true,
	watched: (act, call) => act(call),
};
const BEGAN = Date.parse("2026-01-31T00:00:00.000Z");

function at(seconds: number): string {
	return new Date(BEGAN + 1000 * seconds).toISOString();
}

/** A journal in which records of a type cannot be noted. */
function journalOf(
	records: readonly JournalRecord[],
	unwritable?: JournalRecord["type"],
): Journal {
	const noted = [...records];
	return {
		records: noted,
		append(record) {
			if (record.type === unwritable) throw new Error("the disk is full");
			noted.push(record);
		},
	};
}

test("where not even a step that was not needed can be noted as undone, an operator is needed: others are not undone yet", async () => {
	const steps: readonly Step<Stage>[] = [
		{ name: "change", about: "", apply: async () => {}, undo: async () => {} },
		{
			...{ name: "spare", about: "", isNeeded: () => false },
			...{ apply: async () => {}, undo: async () => {} },
		},
	];
	const journal = journalOf(
		[
			{ type: "apply", step: "change", at: at(0) },
			{ type: "done", step: "change", at: at(0) },
			{ type: "done", step: "spare", at: at(0) },
			{ type: "turn-back", reason: "somebody wants it", at: at(0) },
		],
		"undone",
	);
	await expect(
		runSteps(steps, WORLD, journal, { course: CUTOVER, observe() {} }),
	).rejects.toMatchObject({
		code: "needs-operator",
		message: expect.stringMatching(/somebody wants it.*"spare".*disk is full/),
	});
});

test.each([
	[
		"goes on where the way back still fits, by what the way in took",
		1,
		6,
		true,
	],
	["goes back where it does not", 4.4, 4.6, false],
])(
	"of a window of ten seconds, another process %s",
	async (_, openingSeconds, nowSeconds, goesOn) => {
		const steps: readonly Step<Stage>[] = [
			{
				...{ name: "close", about: "", window: "opens" },
				...{ apply: async () => {}, undo: async () => {} },
			},
			{
				...{ name: "prove", about: "", undo: "nothing" },
				apply: (_, { signal }) => wait(30, signal),
			},
		];
		const journal = journalOf([
			{ type: "apply", step: "close", at: at(0) },
			{ type: "done", step: "close", at: at(openingSeconds) },
		]);
		const run = runSteps(steps, WORLD, journal, {
			course: CUTOVER,
			observe() {},
			maxWindowMs: 10_000,
			now: () => Date.parse(at(nowSeconds)),
		});
		if (goesOn) await run;
		else await expect(run).rejects.toMatchObject({ code: "rolled-back" });
	},
);
