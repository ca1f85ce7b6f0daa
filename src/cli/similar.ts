/**
 * The candidate that a mistyped word was most likely meant to be: one that it begins, or that is a few letters away.
 * `undefined` when none is near.
 */
export function mostSimilar(
	word: string,
	candidates: readonly string[],
): string | undefined {
	const most = Math.ceil(word.length / 3);
	return candidates
		.map((candidate) => ({
			candidate,
			distance:
				word.length >= 3 && candidate.startsWith(word)
					? 0
					: editDistance(word, candidate),
		}))
		.filter(({ distance }) => distance <= most)
		.sort((left, right) => left.distance - right.distance)[0]?.candidate;
}

/** Letters to add, leave out, change or swap with their neighbour (optimal string alignment). */
function editDistance(from: string, to: string): number {
	let beforeLast: readonly number[] = [];
	let last: readonly number[] = Array.from(
		{ length: to.length + 1 },
		(_, column) => column,
	);
	for (let row = 1; row <= from.length; row++) {
		const current = [row];
		for (let column = 1; column <= to.length; column++) {
			const isSame = from[row - 1] === to[column - 1];
			const isSwap =
				from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
			current.push(
				Math.min(
					at(last, column) + 1,
					at(current, column - 1) + 1,
					at(last, column - 1) + (isSame ? 0 : 1),
					isSwap ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
				),
			);
		}
		beforeLast = last;
		last = current;
	}
	return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
	return row[column] ?? Number.POSITIVE_INFINITY;
}
