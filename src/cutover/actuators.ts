import type { Outcome } from "./course/journal-record.ts";
import type { Call, Stage } from "./course/step.ts";

/**
 * What the steps of every course do, whichever way it leads: the source is where it begins, the target where it ends. All are
 * safe to repeat.
 */
export interface CourseActuators extends Stage {
	/** Whether the registry's metadata are in a database, by what is noted. */
	hasDatabase(): boolean;
	/** Of a registry with a metadata database: proves that every node uses the source, by images that are pushed. */
	pushWitnesses(call: Call): Promise<void>;
	/** Deletes them. */
	removeWitnesses(call: Call): Promise<void>;
	/** Of such a registry, too: has it remove no garbage from now on. */
	pauseCollection(call: Call): Promise<void>;
	isCollectionPaused(call: Call): Promise<boolean>;
	/** As it was found. */
	undoPause(call: Call): Promise<void>;
	/** Has it remove garbage again, if it did. */
	resumeCollection(call: Call): Promise<void>;
	isCollectionResumed(call: Call): Promise<boolean>;
	/** Passes while the registry is in use, until the next one is short. */
	catchUp(call: Call): Promise<void>;
	/** Runs the operator's command of before the window. Rejects when it fails. */
	announceOpening(call: Call): Promise<void>;
	/** Runs the one of after it, when the course is done or was undone; what fails is told. */
	announceEnd(outcome: Outcome, call: Call): Promise<void>;
	makeReadOnly(call: Call): Promise<void>;
	isReadOnly(call: Call): Promise<boolean>;
	/** Brings every node back to the configuration that it had, on the source and taking writes. */
	putBack(call: Call): Promise<void>;
	/** The last pass, with deletes. */
	finalPass(call: Call): Promise<void>;
	/** Proves that what the last pass changed is at the target as it is in the source. */
	verifyDelta(call: Call): Promise<void>;
	/** Rejects when the source has moved since the last pass. */
	requireStill(call: Call): Promise<void>;
	/** Switches every node to the target, still read-only. */
	switchNodes(call: Call): Promise<void>;
	isSwitched(call: Call): Promise<boolean>;
	/** As `putBack`, of nodes that may have been switched. */
	switchBack(call: Call): Promise<void>;
	/** Proves that every node serves an image that exists only at the target (I6), and removes it. */
	tryCanary(call: Call): Promise<void>;
	removeCanary(call: Call): Promise<void>;
	/** Lets every node take writes, on the target. From its beginning on there is no way back. */
	openTarget(call: Call): Promise<void>;
	isTargetOpen(call: Call): Promise<boolean>;
	/** Tries the registry as its clients use it. */
	confirm(call: Call): Promise<void>;
}

/**
 * What the steps of a cutover do to the world. All are safe to repeat. There is one that does it (`real-actuators.ts`),
 * and one that only says what would be done (`dry-run.ts`).
 */
export interface Actuators extends CourseActuators {
	/** Refuses what is known to go wrong. Changes nothing. */
	preflight(call: Call): Promise<void>;
	/** Tries the target with each node's own program, on a place that is removed again. */
	rehearse(call: Call): Promise<void>;
	/** Keeps what is on both sides, durably: what a rollback after read-write compares with. */
	keepBase(call: Call): Promise<void>;
	/** Keeps everybody from writing to the source; what cannot be done of it is told, and fails nothing. */
	fenceSource(call: Call): Promise<void>;
}
