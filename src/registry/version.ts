/** The first two or three numbers of a version; the third is 0 where it is not said. */
export type Version = readonly [major: number, minor: number, patch: number];

/** Whether a version comes before another; their numbers alone count. */
export function isOlder(version: Version, bound: Version): boolean {
	for (const [place, number] of version.entries()) {
		const other = bound[place] ?? 0;
		if (number !== other) return number < other;
	}
	return false;
}
