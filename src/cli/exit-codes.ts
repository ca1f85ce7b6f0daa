/** What the executable exits with. A code that is not here means failure. */
export const EXIT = {
	done: 0,
	/** It could not be done. */
	failed: 1,
	/** The command line is wrong, or Node is too old. */
	usage: 2,
	/** It finished, but objects failed or differ, a node takes writes, or a rehearsal found something. */
	incomplete: 3,
	/** A guard refused; nothing was changed. */
	refused: 4,
	/** It failed, and everything was put back to what it was before. */
	rolledBack: 5,
	/** It failed, and not everything could be put back, or be proven to be: somebody has to look. */
	needsOperator: 6,
	/** Ctrl-C, or a request to end. */
	interrupted: 130,
} as const;

/** The table as the help and the README print it. */
export const EXIT_MEANINGS: readonly (readonly [code: number, string])[] = [
	[EXIT.done, "done"],
	[EXIT.failed, "failed"],
	[EXIT.usage, "wrong usage (or a Node that is too old)"],
	[
		EXIT.incomplete,
		"finished, but something failed, differs, or is not as it should be",
	],
	[EXIT.refused, "refused by a guard, nothing changed"],
	[EXIT.rolledBack, "failed, and all was put back to what it was"],
	[
		EXIT.needsOperator,
		"failed, and not all could be put back: somebody has to look",
	],
	[EXIT.interrupted, "interrupted"],
];
