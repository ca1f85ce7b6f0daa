import { ACTS } from "../acts.ts";
import type { CourseActuators } from "../actuators.ts";
import type { Call, Course, Step } from "../course/step.ts";

/** What the steps of a rollback do to the world, beside what those of every course do. All are safe to repeat. */
export interface RollbackActuators extends CourseActuators {
	/** Refuses what is known to go wrong. Changes nothing. */
	preflight(call: Call): Promise<void>;
	/** Whether the old source was fenced when this began: until the registry is on it, or all is undone. */
	isFenced(): boolean;
	/** Lets the old source be written. */
	unfence(call: Call): Promise<void>;
	/** Keeps everybody from writing to it again. */
	fence(call: Call): Promise<void>;
}

/** From the target to the source. */
export const ROLLBACK: Course = {
	title: "The rollback",
	from: "target",
	to: "source",
};

/**
 * The steps of a rollback after the registry has taken writes on its target: those of a cutover, the other way round. Only
 * what was done since goes back.
 */
export const ROLLBACK_STEPS: readonly Step<RollbackActuators>[] = [
	{
		name: "preflight",
		about: "look whether there is a way back, and the old source is as it was",
		apply: (world, call) => world.preflight(call),
		undo: "nothing",
	},
	{
		name: "witness",
		about: "push an image through every node, which has to lie at the target",
		...ACTS.witness,
	},
	{
		name: "pause collection",
		about:
			"have every node with a metadata database stop removing garbage by itself",
		...ACTS.pauseCollection,
	},
	{
		name: "unfence the source",
		isNeeded: (world) => world.isFenced(),
		about: "let the old source be written again",
		apply: (world, call) => world.unfence(call),
		undo: (world, call) => world.fence(call),
	},
	{
		name: "catch up",
		about:
			"copy back while the registry is in use, until the next pass is short",
		...ACTS.catchUp,
	},
	{
		name: "announce",
		about: "tell people that pushes will be refused (--at-window-open)",
		...ACTS.announce,
	},
	{
		name: "read-only",
		about: "refuse pushes on every node, and prove it",
		...ACTS.readOnly,
	},
	{
		name: "final merge",
		about: "copy back what was done since, and delete the links that are gone",
		...ACTS.finalPass,
	},
	{
		name: "verify the merge",
		about: "prove what the final merge has changed",
		...ACTS.verifyDelta,
	},
	{
		name: "still",
		about: "prove that the target has not moved",
		...ACTS.still,
	},
	{
		name: "switch back",
		about: "give every node its configuration of before, still read-only",
		...ACTS.switch,
	},
	{
		name: "canary",
		about: "have every node serve an image that is only in the source",
		...ACTS.canary,
	},
	{
		name: "still, once more",
		about: "prove again that the target has not moved",
		...ACTS.stillOnceMore,
	},
	{
		name: "read-write",
		about: "take pushes again, on the source",
		...ACTS.readWrite,
	},
	{
		name: "announce the end",
		about: "tell people that pushes are taken again (--at-window-closed)",
		...ACTS.announceEnd,
	},
	{
		name: "confirm",
		about: "use it as clients do",
		...ACTS.confirm,
	},
	{
		name: "resume collection",
		about: "give every node all of its configuration of before",
		...ACTS.resumeCollection,
	},
];
