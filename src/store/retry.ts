import pRetry from "p-retry";
import { StoreError } from "./errors.ts";
import type { ObjectStore } from "./object-store.ts";

/** How often, and how patiently, a call is made again. */
export interface RetryOptions {
	/** Attempts after the first; default 6, which with the waits below takes about 20 seconds. */
	readonly retries?: number | undefined;
	/** Wait before the second attempt (ms), doubled each time and multiplied by a random factor of 1 to 2; default 200. */
	readonly minTimeoutMs?: number | undefined;
	/** Longest wait (ms); default 20,000. */
	readonly maxTimeoutMs?: number | undefined;
}

/**
 * Calls `attempt`, and again while it fails with an error that may pass (`StoreError.retryable`). The first attempt
 * goes out bare: the machinery of retrying is paid for only by calls that fail.
 */
export async function retrying<T>(
	attempt: () => Promise<T>,
	signal?: AbortSignal,
	options: RetryOptions = {},
): Promise<T> {
	try {
		return await attempt();
	} catch (error) {
		const { retries = 6, minTimeoutMs = 200, maxTimeoutMs = 20_000 } = options;
		if (!isRetryable(error) || signal?.aborted || retries === 0) throw error;
		return await pRetry(
			(attemptNumber) => {
				// The failure that led here counts as the first attempt, so that its wait comes before the second.
				if (attemptNumber === 1) throw error;
				return attempt();
			},
			{
				retries,
				minTimeout: minTimeoutMs,
				maxTimeout: maxTimeoutMs,
				randomize: true,
				shouldRetry: ({ error: failure }) => isRetryable(failure),
				...(signal === undefined ? {} : { signal }),
			},
		);
	}
}

function isRetryable(error: unknown): boolean {
	return error instanceof StoreError && error.retryable;
}

/**
 * A store that tries again what may pass: throttling, lost connections, lost bytes. Bodies are opened anew for each
 * attempt. Listings and readers in progress are not retried here: a store resumes its own pages.
 */
export function retry(
	store: ObjectStore,
	options: RetryOptions = {},
): ObjectStore {
	return {
		url: store.url,
		identity: store.identity,
		can: store.can,
		address: (key) => store.address(key),
		head: (key, call) =>
			retrying(() => store.head(key, call), call?.signal, options),
		get: (key, get) =>
			retrying(() => store.get(key, get), get?.signal, options),
		put: (key, body, put) =>
			retrying(() => store.put(key, body, put), put?.signal, options),
		delete: (keys, call) =>
			retrying(() => store.delete(keys, call), call?.signal, options),
		list: (list) => store.list(list),
		[Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
	};
}
