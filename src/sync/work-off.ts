/** Those who work on what waits. */
export interface Workers<T> {
	/** Adds something that is to be done. */
	add(item: T): void;
	/** How many have nothing to do, and nothing to wait for but what is added. */
	readonly idle: number;
}

/**
 * Works off what is to be done, `workers` at a time, the last that was added first; what is worked on may add more.
 * Rejects with the first failure, once all that was begun has ended.
 */
export async function workOff<T extends string | object>(
	first: T,
	workers: number,
	work: (item: T, others: Workers<T>) => Promise<void>,
): Promise<void> {
	const waiting: T[] = [first];
	const failures: unknown[] = [];
	const done = Promise.withResolvers<void>();
	let working = 0;
	const others: Workers<T> = {
		add(item) {
			waiting.push(item);
			next();
		},
		get idle() {
			return Math.max(0, workers - working - waiting.length);
		},
	};
	const begin = async (item: T) => {
		try {
			await work(item, others);
		} catch (error) {
			failures.push(error);
		}
		working--;
		next();
	};
	const next = () => {
		while (failures.length === 0 && working < workers) {
			const item = waiting.pop();
			if (item === undefined) break;
			working++;
			void begin(item);
		}
		if (working === 0) done.resolve();
	};
	next();
	await done.promise;
	if (failures.length > 0) throw failures[0];
}
