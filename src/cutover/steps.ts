import type { Actuators } from "./actuators.ts";
import type { Course, Step } from "./course/step.ts";

/** What leaves nothing behind that could cease to be in force. */
const always = async () => true;

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
		holds: always,
		undo: "nothing",
		isWatched: false,
	},
	{
		name: "rehearse",
		about: "try the target with the registry's own program",
		apply: (world, call) => world.rehearse(call),
		holds: always,
		undo: "nothing",
		isWatched: false,
	},
	{
		name: "witness",
		isNeeded: (world) => world.hasDatabase(),
		about: "push an image through every node, which has to lie in the source",
		apply: (world, call) => world.pushWitnesses(call),
		holds: always,
		undo: (world, call) => world.removeWitnesses(call),
		isWatched: false,
	},
	{
		name: "pause collection",
		isNeeded: (world) => world.hasDatabase(),
		about:
			"have every node with a metadata database stop removing garbage by itself",
		apply: (world, call) => world.pauseCollection(call),
		holds: (world, call) => world.isCollectionPaused(call),
		undo: (world, call) => world.undoPause(call),
		isWatched: false,
	},
	{
		name: "catch up",
		about:
			"copy while the registry is in use, until the next pass is short, and compare all",
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
		undo: (world, call) => world.announceEnd("source", call),
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
		name: "final pass",
		about: "copy what has changed since, and delete what is gone",
		apply: (world, call) => world.finalPass(call),
		holds: always,
		undo: "nothing",
		isWatched: true,
	},
	{
		name: "verify the delta",
		about: "prove what the final pass has changed",
		apply: (world, call) => world.verifyDelta(call),
		holds: always,
		undo: "nothing",
		isWatched: true,
	},
	{
		name: "still",
		about: "prove that the source has not moved",
		apply: (world, call) => world.requireStill(call),
		holds: always,
		undo: "nothing",
		isWatched: true,
	},
	{
		name: "switch",
		about: "configure every node to the target, still read-only",
		apply: (world, call) => world.switchNodes(call),
		holds: (world, call) => world.isSwitched(call),
		undo: (world, call) => world.switchBack(call),
		isWatched: true,
	},
	{
		name: "canary",
		about: "have every node serve an image that is only at the target",
		apply: (world, call) => world.tryCanary(call),
		holds: always,
		undo: (world, call) => world.removeCanary(call),
		isWatched: true,
	},
	{
		name: "still, once more",
		about: "prove again that the source has not moved",
		apply: (world, call) => world.requireStill(call),
		holds: (world, call) => world.requireStill(call).then(always),
		undo: "nothing",
		isWatched: true,
	},
	{
		name: "keep the base",
		about: "note what is on both sides, for a way back after this",
		apply: (world, call) => world.keepBase(call),
		holds: always,
		undo: "nothing",
		isWatched: true,
	},
	{
		name: "read-write",
		about:
			"take pushes again, on the target: from here on only rollback leads back",
		apply: (world, call) => world.openTarget(call),
		holds: (world, call) => world.isTargetOpen(call),
		undo: "never",
		isWatched: false,
		window: "closes",
	},
	{
		name: "announce the end",
		about: "tell people that pushes are taken again (--at-window-closed)",
		apply: (world, call) => world.announceEnd("target", call),
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
	{
		name: "resume collection",
		isNeeded: (world) => world.hasDatabase(),
		about: "have every node that removed garbage by itself do so again",
		apply: (world, call) => world.resumeCollection(call),
		holds: (world, call) => world.isCollectionResumed(call),
		undo: "never",
		isWatched: false,
	},
	{
		name: "fence the source",
		about: "keep a forgotten process from writing where nobody looks any more",
		apply: (world, call) => world.fenceSource(call),
		holds: always,
		undo: "never",
		isWatched: false,
	},
];
