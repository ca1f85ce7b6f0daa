/** What a look at some of a database's keys has found. */
export interface KeySample {
	/** Whether all keys were looked at. */
	readonly isComplete: boolean;
	readonly descriptors: number;
	/** Keys that no registry writes. */
	readonly others: number;
}

/** Whether what a registry remembers may be deleted from a database. */
export type SharedDecision =
	| "flush"
	/** There is nothing in it. */
	| "nothing"
	/** Somebody else uses it: its operator has to agree. */
	| "ask";

/**
 * Decides whether a database may be flushed of what a registry remembers. Only keys that a registry writes are deleted
 * anyway; but who else is in there may have chosen the same names.
 *
 * | descriptors | others | all keys seen | agreed | decision |
 * | ----------- | ------ | ------------- | ------ | -------- |
 * | none        | -      | yes           | -      | nothing  |
 * | -           | some   | -             | no     | ask      |
 * | -           | some   | -             | yes    | flush    |
 * | -           | none   | -             | -      | flush    |
 *
 * The first row that fits. Redis lists keys in the order of their hashes, so a sample of thousands without a single key of
 * somebody else's is one of a database that is the registry's.
 */
export function decideShared(
	{ isComplete, descriptors, others }: KeySample,
	isAgreed: boolean,
): SharedDecision {
	if (descriptors === 0 && isComplete) return "nothing";
	return others > 0 && !isAgreed ? "ask" : "flush";
}
