/**
 * What has to be defended against: bad luck that a cutover may have, each as a person would tell it; what has to be proven
 * before anything is trusted (I6); and the other invariants (ARCHITECTURE.md). Each has a row in the table, or more.
 */
export const DANGERS = [
	"a restart command that exits 0 and does nothing",
	"a restart command that fails",
	"a node that stays on the file system",
	"a registry that does not come up on the target",
	"the target refuses the first multipart push",
	"a driver of another cloud that looks elsewhere",
	"a full disk while the journal is written",
	"Ctrl-C",
	"a lost terminal",
	"SIGTERM",
	"a kill at any moment",
	"two operators at once",
	"a push in flight when read-only comes",
	"pushes go on until the window opens",
	"the source changes after the final pass",
	"garbage collection by cron in the window",
	"a collection of much of the source the day before",
	"others change the configuration, then it is put back",
	"a node takes writes in the window",
	"a registry remembers blobs of the other storage",
	"both sides change after the cutover",
	"a way back that deletes what is needed",
	"a forgotten process writes to the old source",
	"a metadata database",
	"pulls that fail are not noticed",
	"a window without end",
	"I1 closed target",
	"I2 unknown is not absent",
	"I3 no write to the source",
	"I4 bytes are proven",
	"I5 intent before effect",
	"I6 proof before trust",
	"I7 no secret at rest",
	"I8 flat memory",
	"I9 sameness is proven",
] as const;

type Danger = (typeof DANGERS)[number];

/** A piece of the program, and what it is without it. */
export interface Removal {
	/** From the root of the repository. */
	readonly file: string;
	/** Occurs once in the file. */
	readonly code: string;
	/** Compiles in its place. */
	readonly instead: string;
}

/** A defence, and the test that fails without it. */
export interface Defence {
	/** Says what it does, in kebab-case; by it rows are chosen. */
	readonly name: string;
	readonly against: Danger;
	/** Several where each alone would hold: then the test fails only when all are gone. */
	readonly removed: readonly [Removal, ...Removal[]];
	readonly test: {
		/** From the root of the repository. */
		readonly file: string;
		/** As a run tells it, with what `test.each` fills in, without what it lies in. */
		readonly name: string;
	};
}

/** A source text without the pieces that are removed from that file. Throws an `Error` where one does not occur once. */
export function without(
	text: string,
	file: string,
	removed: readonly Removal[],
): string {
	let left = text;
	for (const removal of removed) {
		if (removal.file !== file) continue;
		const [before, after, ...more] = left.split(removal.code);
		if (before === undefined || after === undefined || more.length > 0)
			throw new Error(
				`${file} has ${more.length + (after === undefined ? 0 : 1)} times, and not once, what is to be removed: ${removal.code}`,
			);
		left = before + removal.instead + after;
	}
	return left;
}
