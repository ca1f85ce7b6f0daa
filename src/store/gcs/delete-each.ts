import { StoreError } from "../errors.ts";

/**
 * Deletes on their way at a time. There is a batch endpoint, but each of its calls counts as one all the same, and its
 * answers are HTTP within MIME within HTTP.
 */
const PARALLEL_DELETES = 32;

/** Calls `remove` for each key, several at a time. Resolves to the keys for which it failed with a `StoreError`. */
export async function deleteEach(
	keys: readonly string[],
	signal: AbortSignal | undefined,
	remove: (key: string) => Promise<void>,
): Promise<Map<string, StoreError>> {
	signal?.throwIfAborted();
	const failures = new Map<string, StoreError>();
	const waiting = keys.values();
	const work = async () => {
		for (const key of waiting) {
			try {
				await remove(key);
			} catch (error) {
				if (!(error instanceof StoreError)) throw error;
				failures.set(key, error);
			}
		}
	};
	await Promise.all(Array.from({ length: PARALLEL_DELETES }, work));
	return failures;
}
