import { expect } from "vitest";
import { runSteps } from "../../../src/cutover/course/machine.ts";
import { CUTOVER, STEPS } from "../../../src/cutover/steps.ts";
import { ModelJournal } from "./model-journal.ts";
import { ModelWorld } from "./model-world.ts";

export const NODES = ["a", "b"];

/** A process: it goes on with the journal, until it ends or is killed. Resolves with why it failed. */
export async function process(
	world: ModelWorld,
	journal: ModelJournal,
	signal?: AbortSignal,
): Promise<unknown> {
	try {
		await runSteps(STEPS, world.actuators, journal, {
			course: CUTOVER,
			signal,
			observe: () => {},
		});
		return undefined;
	} catch (error) {
		return error;
	}
}

/** How many points there are in a run. */
export async function pointsOf(failing?: string): Promise<number> {
	const world = new ModelWorld(NODES);
	world.failing = failing;
	await process(world, new ModelJournal(world));
	return world.points;
}

/**
 * What is wrong in the end: the state has to be one of the two, nothing that was acknowledged may be lost, and nothing
 * that was there only meanwhile may be left.
 */
export function faultsOf(
	world: ModelWorld,
	{ records }: ModelJournal,
): readonly string[] {
	const { state, lost } = world;
	const last = records.at(-1);
	const outcome = state === "target" ? "done" : "undone";
	const isEnded = last?.type === "ended" && last.outcome === outcome;
	return [
		...(state === "neither" ? ["it is in neither state"] : []),
		...lost.map((name) => `${name} is lost`),
		...(isEnded ? [] : [`the journal does not end with "${outcome}"`]),
		...(world.stores.target.has("canary") ? ["a canary is left"] : []),
		...(world.hasWitnesses ? ["test images are left"] : []),
		...(world.isAnnounced ? ["people are told that pushes are refused"] : []),
		...world.nodes
			.filter(({ original }) => original !== undefined)
			.map(({ name }) => `the file from before is left at ${name}`),
	];
}

export function expectSound(world: ModelWorld, journal: ModelJournal): void {
	expect(faultsOf(world, journal)).toEqual([]);
}

/** The steps up to the proof of the delta that can fail, by their actuators' names; `undefined`: none does. */
export const FAILING_EARLY = [
	undefined,
	"preflight",
	"rehearse",
	"catchUp",
	"announceOpening",
	"makeReadOnly",
	"finalPass",
	"verifyDelta",
];

/** Those after it that can fail and still lead back. */
export const FAILING_LATE = [
	"requireStill",
	"switchNodes",
	"tryCanary",
	"keepBase",
];
