/** The SHA-256s of what is there of a file that we changed; `undefined`: it is not there. */
export interface Hashes {
	readonly current: string;
	readonly original: string | undefined;
	readonly written: string | undefined;
	/** What we were about to write, or have just written. */
	readonly next: string | undefined;
	/** Somebody else had changed the file between two changes of ours: the original lacks that. */
	readonly isMixed: boolean;
}

/**
 * How a file comes back to what it was before our first change: as the original byte for byte, by undoing our own keys in
 * what it is now, or not at all because it is there already.
 */
export type UndoDecision = "nothing" | "original" | "own-keys";

/**
 * | original | current is          | mixed | decision                                            |
 * | -------- | ------------------- | ----- | --------------------------------------------------- |
 * | none     | -                   | -     | nothing: we changed nothing, or have undone all     |
 * | kept     | the original        | -     | nothing                                             |
 * | kept     | what we wrote       | no    | original                                            |
 * | kept     | what we wrote       | yes   | own-keys: the original lacks what is somebody's     |
 * | kept     | anything else       | -     | own-keys: somebody has changed it since             |
 *
 * "What we wrote" is what we wrote last, or what we were about to write when we were ended.
 */
export function decideUndo({
	current,
	original,
	written,
	next,
	isMixed,
}: Hashes): UndoDecision {
	if (original === undefined || current === original) return "nothing";
	const isOurs = current === written || current === next;
	return isOurs && !isMixed ? "original" : "own-keys";
}
