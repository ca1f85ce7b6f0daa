/** What is to be done with an object, or what became of it. */
export const State = {
	/** At the target only, or the same on both sides: nothing to do. */
	settled: 0,
	/** To be copied. */
	copy: 1,
	/** Present on both sides; the target's content decides. */
	compare: 2,
	/** Could not be copied, vanished before it was, held back, or of a range that could not be looked at. */
	trouble: 3,
	/** A blob whose bytes do not hash to its name: stays out of the target, and holds nothing back. */
	broken: 4,
	/** A link that holds no digest: stays out of the target, and holds nothing back. */
	malformed: 5,
} as const;

/**
 * Added to a row's state while a pass leaves the row out: it is none of the states above then, so that it is neither
 * copied nor deleted nor counted. The next pass takes it off again.
 */
export const ASIDE = 8;

export type State = (typeof State)[keyof typeof State];
