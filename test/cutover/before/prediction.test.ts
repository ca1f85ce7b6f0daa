import { describe, expect, test } from "vitest";
import {
	predict,
	rehearsedRestart,
} from "../../../src/cutover/before/predict.ts";
import {
	neededMs,
	predictWindow,
	type WindowBasis,
} from "../../../src/cutover/before/prediction.ts";
import {
	ROLLBACK,
	ROLLBACK_STEPS,
} from "../../../src/cutover/rollback/rollback-steps.ts";
import { CUTOVER, STEPS } from "../../../src/cutover/steps.ts";

const NEXT = { listMs: 300, readMs: 700, copyMs: 2000, deleteMs: 1000 };

const BASIS: WindowBasis = {
	nodes: 1,
	restartMs: 5000,
	drainMs: 0,
	lookMs: 0,
	next: NEXT,
	doubtful: 0,
};

/** What is asked of the tables. */
const NAMES: Readonly<
	Record<"cutover" | "rollback", Parameters<typeof predictWindow>[0]>
> = { cutover: STEPS, rollback: ROLLBACK_STEPS };

/** What a step is expected to take (ms), beside what every step costs. */
function costs(changes: Partial<WindowBasis> = {}, table = NAMES.cutover) {
	const { steps } = predictWindow(table, { ...BASIS, ...changes });
	const idle = predictWindow(table, {
		...{ nodes: 0, restartMs: 0, drainMs: 0, lookMs: 0, doubtful: 0 },
		next: { listMs: 0, readMs: 0, copyMs: 0, deleteMs: 0 },
	});
	return Object.fromEntries(
		steps.map(({ step, ms }, index) => [
			step,
			ms - (idle.steps[index]?.ms ?? 0),
		]),
	);
}

describe("predictWindow", () => {
	test("tells of the steps of the window, in their order, and of no other", () => {
		const { steps } = predictWindow(STEPS, BASIS);
		const names = STEPS.map(({ name }) => name);
		expect(steps.map(({ step }) => step)).toEqual(
			names.slice(names.indexOf("read-only"), names.indexOf("read-write") + 1),
		);
	});

	test("knows what each costs", () => {
		const known = costs();
		expect(known).toMatchObject({
			"read-only": 5000,
			"final pass": 4000,
			"verify the delta": 3000,
			still: 1000,
			switch: 5000,
			canary: 500,
			"still, once more": 1000,
			"read-write": 5000,
		});
		// A step that is new costs nothing only where it does nothing to speak of.
		const free = Object.entries(known).filter(([, ms]) => ms === 0);
		expect(free.map(([step]) => step)).toEqual(["keep the base"]);
	});

	test("knows it of the way back after a cutover, too", () => {
		expect(costs({ lookMs: 600 }, NAMES.rollback)).toEqual({
			"read-only": 5000,
			"final merge": 4600,
			"verify the merge": 3000,
			still: 1000,
			"switch back": 5000,
			canary: 500,
			"still, once more": 1000,
			"read-write": 5000,
		});
	});

	test("restarts one node after the other, and waits for all drains at once", () => {
		expect(costs({ nodes: 3, drainMs: 60_000 })).toMatchObject({
			"read-only": 75_000,
			switch: 75_000,
			canary: 1500,
			"read-write": 15_000,
		});
	});

	test("adds what is in doubt to the verification", () => {
		expect(costs({ doubtful: 1000 })["verify the delta"]).toBe(5000);
	});

	test("adds all up, and the way back restarts every node once", () => {
		const { steps, windowMs, wayBackMs } = predictWindow(STEPS, BASIS);
		expect(windowMs).toBe(steps.reduce((sum, { ms }) => sum + ms, 0));
		expect(wayBackMs).toBe(steps[0]?.ms);
	});
});

describe("neededMs", () => {
	test.each([
		[
			"the window, where the last step takes longer than the way back",
			900,
			50,
			1000,
		],
		[
			"all but the last step, and the way back, where that takes longer",
			100,
			500,
			1400,
		],
	])("is %s", (_, lastMs, wayBackMs, needed) => {
		const steps = [
			{ step: "first", ms: 1000 - lastMs },
			{ step: "last", ms: lastMs },
		];
		expect(neededMs({ steps, windowMs: 1000, wayBackMs })).toBe(needed);
	});
});

describe("predict", () => {
	const turn = { drainMs: 1000 };
	const given = {
		...{ next: NEXT, doubtful: 0, deletes: 7 },
		restart: { ms: 5000, from: "assumed" },
	} as const;

	test("refuses a window that is longer than what is allowed, by name of the flag", async () => {
		const events: unknown[] = [];
		const world = {
			...{ course: CUTOVER, nodes: [], turn, maxWindowMs: 2000 },
			observe: (event: unknown) => void events.push(event),
		};
		await expect(predict(STEPS, world, given, {})).rejects.toMatchObject({
			code: "refused",
			message: expect.stringMatching(/for 10 s.*the 2 s of --max-window/),
			suggestions: [expect.stringContaining("--max-window 10s")],
		});
		expect(events).toMatchObject([{ type: "predicted", deletes: 7 }]);
		await predict(STEPS, { ...world, maxWindowMs: 10_000 }, given, {});
		await predict(STEPS, { ...world, maxWindowMs: undefined }, given, {});
		const back = predict(
			ROLLBACK_STEPS,
			{ ...world, course: ROLLBACK },
			given,
			{},
		);
		await expect(back).rejects.toThrow("cannot be rolled back: pushes");
	});
});

test("a restart takes longer than the start that was rehearsed", () => {
	expect(rehearsedRestart(300).ms).toBeGreaterThan(1000);
});
