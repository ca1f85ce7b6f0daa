/** The same items, where the next one is being got while the consumer works on the one before. */
export async function* readAhead<T>(
	items: AsyncIterable<T>,
): AsyncGenerator<T, undefined> {
	const iterator = items[Symbol.asyncIterator]();
	let upcoming = iterator.next();
	try {
		for (;;) {
			const next = await upcoming;
			if (next.done === true) return;
			upcoming = iterator.next();
			// Its failure is met above, or nobody wants the item any more.
			upcoming.catch(() => {});
			yield next.value;
		}
	} finally {
		await iterator.return?.();
	}
}
