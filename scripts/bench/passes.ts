/** What tools are measured at. */
export type Pass =
	/** Filling an empty bucket. */
	| "initial"
	/** Finding right afterwards that nothing has changed. */
	| "unchanged"
	/** Then, that one object in a hundred has. */
	| "changed"
	/** Filling an empty bucket over a long way, with every tool's own settings. */
	| "latency"
	/** Filling an empty bucket with one very large blob. */
	| "large"
	/** As `initial` and `unchanged`, with a tree ten times as large; ours alone. */
	| "tenfold"
	| "tenfold-unchanged";

/** Every pass, in the order in which they are made and reported. */
export const PASSES: readonly Pass[] = [
	"initial",
	"unchanged",
	"changed",
	"latency",
	"large",
	"tenfold",
	"tenfold-unchanged",
];
