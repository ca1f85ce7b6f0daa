import { describe, expect, test } from "vitest";
import type { Actuators } from "../../src/cutover/actuators.ts";
import type { Step } from "../../src/cutover/course/step.ts";
import {
	ROLLBACK_STEPS,
	type RollbackActuators,
} from "../../src/cutover/rollback/rollback-steps.ts";
import { STEPS } from "../../src/cutover/steps.ts";
import { ModelWorld } from "./course/model-world.ts";

type World = Actuators & RollbackActuators;

/** What a step does to the world, by the names of actuators. */
async function actsOf({ apply }: Step<World>): Promise<readonly PropertyKey[]> {
	const acts: PropertyKey[] = [];
	const { actuators } = new ModelWorld(["a"]);
	const nothing = async () => {};
	const all = {
		...{ ...actuators, isFenced: () => true },
		...{ unfence: nothing, fence: nothing },
	};
	const told = new Proxy(all, {
		get(world, name, receiver) {
			acts.push(name);
			return Reflect.get(world, name, receiver);
		},
	});
	await apply(told, {}).catch(() => {});
	return acts;
}

/** Finds the places of the steps that do something, or the last of them. */
function finder(steps: readonly Step<World>[]) {
	const acts = Promise.all(steps.map(actsOf));
	const placesOf = async (act: keyof World) =>
		(await acts).flatMap((done, place) => (done.includes(act) ? [place] : []));
	const placeOf = async (act: keyof World) =>
		(await placesOf(act)).at(-1) ?? -1;
	return { placesOf, placeOf };
}

const TABLES: readonly (readonly [string, readonly Step<World>[]])[] = [
	["cutover", STEPS],
	["rollback", ROLLBACK_STEPS],
];

describe.each(TABLES)("a %s", (_, steps) => {
	const { placesOf, placeOf } = finder(steps);

	test("has every node refuse writes before its last pass, and watches that until the next step is the one that opens (I6)", async () => {
		const [readOnly, opened] = [
			await placeOf("makeReadOnly"),
			await placeOf("openTarget"),
		];
		expect(readOnly).toBeGreaterThan(-1);
		expect(await placesOf("finalPass")).toEqual([readOnly + 1]);
		for (const step of steps.slice(readOnly + 1, opened))
			expect(step, step.name).toMatchObject({ isWatched: true });
	});

	test("proves by a canary that every node serves the other storage before any takes writes there (I6)", async () => {
		const canary = await placeOf("tryCanary");
		expect(canary).toBeGreaterThan(await placeOf("switchNodes"));
		expect(canary).toBeLessThan(await placeOf("openTarget"));
	});

	test("proves twice that nothing has moved, the second time after all that takes long (I6)", async () => {
		const [first = -1, second = -1] = await placesOf("requireStill");
		expect(first).toBeGreaterThan(await placeOf("verifyDelta"));
		expect(first).toBeLessThan(await placeOf("switchNodes"));
		expect(second).toBeGreaterThan(await placeOf("tryCanary"));
		expect(second).toBeLessThan(await placeOf("openTarget"));
	});

	test("can undo all before it lets nodes take writes, and nothing from then on (I5)", async () => {
		const opened = await placeOf("openTarget");
		for (const [place, { undo }] of steps.entries())
			expect(undo === "never", steps[place]?.name).toBe(place >= opened);
	});
});

test("a cutover keeps what leads back after it before there is only that way back, and fences the source after it (I3, I5)", async () => {
	const { placeOf } = finder(STEPS);
	const [base, opened] = [
		await placeOf("keepBase"),
		await placeOf("openTarget"),
	];
	// Nothing comes in between that could change what was kept.
	expect(base).toBe(opened - 1);
	expect(await placeOf("fenceSource")).toBeGreaterThan(opened);
});
