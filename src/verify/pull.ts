/**
 * Does the work for every item of every batch, at most `concurrency` at a time. A batch is asked for when the one
 * before is used up, so slow work holds the producer back and nothing is queued. Work that is done at once returns
 * `undefined`, and costs no turn of the event loop.
 *
 * Rejects with the first failure, after `stop` was called (it should make everything under way end soon) and all work
 * has ended.
 */
export async function pull<T>(
	batches: AsyncIterable<readonly T[]>,
	concurrency: number,
	work: (item: T) => Promise<void> | undefined,
	stop: () => void,
): Promise<void> {
	const queue = new Queue(batches);
	const puller = async () => {
		for (;;) {
			const item = queue.take();
			if (item === undefined) {
				if (await queue.refill()) continue;
				return;
			}
			const pending = work(item.value);
			if (pending !== undefined) await pending;
		}
	};
	try {
		await allOrStop(Array.from({ length: concurrency }, puller), stop);
	} finally {
		await queue.close();
	}
}

/** Waits for all; on the first failure calls `stop`, waits for the rest to end, and rejects with that failure. */
export async function allOrStop(
	promises: readonly Promise<void>[],
	stop: () => void,
): Promise<void> {
	try {
		await Promise.all(promises);
	} catch (error) {
		stop();
		await Promise.allSettled(promises);
		throw error;
	}
}

/** Batches as one queue from which several pullers take. */
class Queue<T> {
	readonly #batches: AsyncIterator<readonly T[]>;
	#items: ArrayIterator<T> = [].values();
	#refilling: Promise<boolean> | undefined;

	constructor(batches: AsyncIterable<readonly T[]>) {
		this.#batches = batches[Symbol.asyncIterator]();
	}

	/** The next item of the batch, if there is one. */
	take(): { readonly value: T } | undefined {
		const next = this.#items.next();
		return next.done === true ? undefined : next;
	}

	/** Gets another batch, once for all who ask meanwhile; false at the end. */
	async refill(): Promise<boolean> {
		this.#refilling ??= this.#next();
		return await this.#refilling;
	}

	async close(): Promise<void> {
		await this.#batches.return?.();
	}

	async #next(): Promise<boolean> {
		const next = await this.#batches.next();
		if (next.done === true) return false;
		this.#items = next.value.values();
		this.#refilling = undefined;
		return true;
	}
}
