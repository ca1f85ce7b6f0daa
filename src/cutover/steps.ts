import { ACTS } from "./acts.ts";
import type { Actuators } from "./actuators.ts";
import type { Course, Step } from "./course/step.ts";

/** From the source to the target. */
export const CUTOVER: Course = {
	title: "The cutover",
	from: "source",
	to: "target",
};

/**
 * The steps of a cutover, in their order. GitLab's documentation has them as: sync while it is in use; read-only; sync with
 * --delete; compare; configure the bucket; back to read-write. What is more here is proof.
 */
export const STEPS: readonly Step<Actuators>[] = [
	{
		name: "preflight",
		about: "look for what is known to go wrong",
		apply: (world, call) => world.preflight(call),
		undo: "nothing",
	},
	{
		name: "rehearse",
		about: "try the target with the registry's own program",
		apply: (world, call) => world.rehearse(call),
		undo: "nothing",
	},
	{
		name: "witness",
		about: "push an image through every node, which has to lie in the source",
		...ACTS.witness,
	},
	{
		name: "pause collection",
		about:
			"have every node with a metadata database stop removing garbage by itself",
		...ACTS.pauseCollection,
	},
	{
		name: "catch up",
		about:
			"copy while the registry is in use, until the next pass is short, and compare all",
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
		name: "final pass",
		about: "copy what has changed since, and delete what is gone",
		...ACTS.finalPass,
	},
	{
		name: "verify the delta",
		about: "prove what the final pass has changed",
		...ACTS.verifyDelta,
	},
	{
		name: "still",
		about: "prove that the source has not moved",
		...ACTS.still,
	},
	{
		name: "switch",
		about: "configure every node to the target, still read-only",
		...ACTS.switch,
	},
	{
		name: "canary",
		about: "have every node serve an image that is only at the target",
		...ACTS.canary,
	},
	{
		name: "still, once more",
		about: "prove again that the source has not moved",
		...ACTS.stillOnceMore,
	},
	{
		name: "keep the base",
		about: "note what is on both sides, for a way back after this",
		apply: (world, call) => world.keepBase(call),
		undo: "nothing",
		isWatched: true,
	},
	{
		name: "read-write",
		about:
			"take pushes again, on the target: from here on only rollback leads back",
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
		about: "have every node that removed garbage by itself do so again",
		...ACTS.resumeCollection,
	},
	{
		name: "fence the source",
		about: "keep a forgotten process from writing where nobody looks any more",
		apply: (world, call) => world.fenceSource(call),
		undo: "never",
	},
];
