/** Does all of it at a time; the first failure cancels the others, and is passed on when they have ended. */
export async function together(
	works: readonly ((signal: AbortSignal) => Promise<void>)[],
	signal: AbortSignal | undefined,
): Promise<void> {
	const controller = new AbortController();
	const both = AbortSignal.any([
		controller.signal,
		...(signal === undefined ? [] : [signal]),
	]);
	const failures: unknown[] = [];
	const attempt = async (work: (signal: AbortSignal) => Promise<void>) => {
		try {
			await work(both);
		} catch (error) {
			failures.push(error);
			// Not with the error: a store's would be taken for a failure of what the others read.
			controller.abort();
		}
	};
	await Promise.all(works.map(attempt));
	if (failures.length > 0) throw failures[0];
}
