import type { CourseActuators } from "../actuators.ts";
import type { Call, Course, Step } from "../course/step.ts";

/** What the steps of a rollback do to the world, beside what those of every course do. All are safe to repeat. */
export interface RollbackActuators extends CourseActuators {
	/** Refuses what is known to go wrong. Changes nothing. */
	preflight(call: Call): Promise<void>;
	/** Lets the old source be written. */
	unfence(call: Call): Promise<void>;
	/** Keeps everybody from writing to it again. */
	fence(call: Call): Promise<void>;
}

/** What leaves nothing behind that could cease to be in force. */
const always = async () => true;

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
		holds: always,
		undo: "nothing",
		isWatched: false,
	},
	{
		name: "unfence the source",
		about: "let the old source be written again",
		apply: (world, call) => world.unfence(call),
		holds: always,
		undo: (world, call) => world.fence(call),
		isWatched: false,
	},
	{
		name: "catch up",
		about:
			"copy back while the registry is in use, until the next pass is short",
		apply: (world, call) => world.catchUp(call),
		holds: always,
		undo: "nothing",
		isWatched: false,
	},
	{
		name: "announce",
		about: "tell people that pushes will be refused (--at-window-open)",
		apply: (world, call) => world.announceOpening(call),
		holds: always,
		undo: (world, call) => world.announceEnd("target", call),
		isWatched: false,
		asks: true,
		isAside: true,
	},
	{
		name: "read-only",
		about: "refuse pushes on every node, and prove it",
		apply: (world, call) => world.makeReadOnly(call),
		holds: (world, call) => world.isReadOnly(call),
		undo: (world, call) => world.putBack(call),
		isWatched: false,
		window: "opens",
		asks: false,
	},
	{
		name: "final merge",
		about: "copy back what was done since, and delete the links that are gone",
		apply: (world, call) => world.finalPass(call),
		holds: always,
		undo: "nothing",
		isWatched: true,
	},
	{
		name: "verify the merge",
		about: "prove what the final merge has changed",
		apply: (world, call) => world.verifyDelta(call),
		holds: always,
		undo: "nothing",
		isWatched: true,
	},
	{
		name: "still",
		about: "prove that the target has not moved",
		apply: (world, call) => world.requireStill(call),
		holds: always,
		undo: "nothing",
		isWatched: true,
	},
	{
		name: "switch back",
		about: "give every node its configuration of before, still read-only",
		apply: (world, call) => world.switchNodes(call),
		holds: (world, call) => world.isSwitched(call),
		undo: (world, call) => world.switchBack(call),
		isWatched: true,
	},
	{
		name: "canary",
		about: "have every node serve an image that is only in the source",
		apply: (world, call) => world.tryCanary(call),
		holds: always,
		undo: (world, call) => world.removeCanary(call),
		isWatched: true,
	},
	{
		name: "still, once more",
		about: "prove again that the target has not moved",
		apply: (world, call) => world.requireStill(call),
		holds: (world, call) => world.requireStill(call).then(always),
		undo: "nothing",
		isWatched: true,
	},
	{
		name: "read-write",
		about: "take pushes again, on the source",
		apply: (world, call) => world.openTarget(call),
		holds: (world, call) => world.isTargetOpen(call),
		undo: "never",
		isWatched: false,
		window: "closes",
	},
	{
		name: "announce the end",
		about: "tell people that pushes are taken again (--at-window-closed)",
		apply: (world, call) => world.announceEnd("source", call),
		holds: always,
		undo: "never",
		isWatched: false,
	},
	{
		name: "confirm",
		about: "use it as clients do",
		apply: (world, call) => world.confirm(call),
		holds: always,
		undo: "never",
		isWatched: false,
	},
];
