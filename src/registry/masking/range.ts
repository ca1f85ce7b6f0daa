/** A part of a text: offsets, the end not included. */
export interface Range {
	readonly start: number;
	readonly end: number;
}

/** Whether two parts have a character in common. */
export function overlap(one: Range, other: Range): boolean {
	return one.start < other.end && other.start < one.end;
}

/** Ranges in order, those that touch made one. */
export function merged(ranges: readonly Range[]): readonly Range[] {
	const result: Range[] = [];
	for (const range of ranges.toSorted(
		(one, other) => one.start - other.start,
	)) {
		const last = result.at(-1);
		if (last !== undefined && range.start <= last.end)
			result[result.length - 1] = {
				start: last.start,
				end: Math.max(last.end, range.end),
			};
		else if (range.start < range.end) result.push(range);
	}
	return result;
}
