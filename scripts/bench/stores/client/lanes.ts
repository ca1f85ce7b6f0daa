/** Puts at a time, as `sync` makes them. */
export const LANES = 32;

/** Does something for the numbers from `start` up to `end`, so many at a time. */
export async function inLanes(
	start: number,
	end: number,
	act: (index: number) => Promise<unknown>,
): Promise<void> {
	let next = start;
	const lane = async () => {
		while (next < end) await act(next++);
	};
	await Promise.all(Array.from({ length: LANES }, lane));
}
