import type { CourseActuators } from "./actuators.ts";
import type { Step } from "./course/step.ts";

/** What the steps do that both ways have. Their tables give them names. */
export const ACTS = {
	witness: {
		isNeeded: (world) => world.hasDatabase(),
		apply: (world, call) => world.pushWitnesses(call),
		undo: (world, call) => world.removeWitnesses(call),
	},
	pauseCollection: {
		isNeeded: (world) => world.hasDatabase(),
		apply: (world, call) => world.pauseCollection(call),
		holds: (world, call) => world.isCollectionPaused(call),
		undo: (world, call) => world.undoPause(call),
	},
	catchUp: {
		apply: (world, call) => world.catchUp(call),
		undo: "nothing",
	},
	announce: {
		apply: (world, call) => world.announceOpening(call),
		undo: (world, call) => world.announceEnd("undone", call),
		asks: true,
		isAside: true,
	},
	readOnly: {
		apply: (world, call) => world.makeReadOnly(call),
		holds: (world, call) => world.isReadOnly(call),
		undo: (world, call) => world.putBack(call),
		window: "opens",
		asks: false,
	},
	finalPass: {
		apply: (world, call) => world.finalPass(call),
		undo: "nothing",
		isWatched: true,
	},
	verifyDelta: {
		apply: (world, call) => world.verifyDelta(call),
		undo: "nothing",
		isWatched: true,
	},
	still: {
		apply: (world, call) => world.requireStill(call),
		undo: "nothing",
		isWatched: true,
	},
	switch: {
		apply: (world, call) => world.switchNodes(call),
		holds: (world, call) => world.isSwitched(call),
		undo: (world, call) => world.switchBack(call),
		isWatched: true,
	},
	canary: {
		apply: (world, call) => world.tryCanary(call),
		undo: (world, call) => world.removeCanary(call),
		isWatched: true,
	},
	stillOnceMore: {
		apply: (world, call) => world.requireStill(call),
		holds: async (world, call) => {
			await world.requireStill(call);
			return true;
		},
		undo: "nothing",
		isWatched: true,
	},
	readWrite: {
		apply: (world, call) => world.openTarget(call),
		holds: (world, call) => world.isTargetOpen(call),
		undo: "never",
		window: "closes",
	},
	announceEnd: {
		apply: (world, call) => world.announceEnd("done", call),
		undo: "never",
	},
	confirm: {
		apply: (world, call) => world.confirm(call),
		undo: "never",
	},
	resumeCollection: {
		isNeeded: (world) => world.hasDatabase(),
		apply: (world, call) => world.resumeCollection(call),
		holds: (world, call) => world.isCollectionResumed(call),
		undo: "never",
	},
} satisfies Record<string, Omit<Step<CourseActuators>, "name" | "about">>;
