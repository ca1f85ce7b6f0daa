/** A comparison of a target with its source, as `verify` notes it. */
export interface NotedComparison {
	/** Identities of the stores. */
	readonly source?: string | undefined;
	readonly target: string;
	/** ISO 8601. */
	readonly endedAt: string;
	/** Whether all was the same; `undefined`: it was not compared. */
	readonly isEqual?: boolean | undefined;
	/** Which pass had written there last. */
	readonly lastPass?: string | undefined;
}

/** A target, and what its marker says. */
export interface MarkedTarget {
	/** Its identity; `undefined`: it is not known from here. */
	readonly identity: string | undefined;
	/** The identity of the store that it was filled from. */
	readonly source: string;
	/** Which pass has written there last; `undefined`: it does not tell. */
	readonly lastPass: string | undefined;
}

/** How long a comparison is gone by (ms): what is lost by other means than a pass is found by the next one only. */
const LASTS_MS = 30 * 86_400_000;

/**
 * Whether it is known that nothing of a migration is missing at its target. Of the comparisons of these two stores the last
 * one counts.
 *
 * | it                                                       | then      |
 * | -------------------------------------------------------- | --------- |
 * | is not there                                             | not known |
 * | found something                                          | not known |
 * | was before another pass, or it is not told which was last | not known |
 * | ended more than 30 days ago, or in time to come          | not known |
 * | none of these                                            | known     |
 */
export function isKnownWhole(
	comparisons: readonly NotedComparison[],
	{ identity, source, lastPass }: MarkedTarget,
	now: number,
): boolean {
	const last = comparisons.findLast(
		(one) =>
			one.isEqual !== undefined &&
			one.source === source &&
			one.target === identity,
	);
	if (last?.isEqual !== true) return false;
	if (lastPass === undefined || last.lastPass !== lastPass) return false;
	const age = now - Date.parse(last.endedAt);
	return age >= 0 && age <= LASTS_MS;
}
