import pRetry from "p-retry";
import { StoreError } from "./errors.ts";
import type { Call, ObjectStore } from "./object-store.ts";

/** How often, and how patiently, a call is made again. */
export interface RetryOptions {
	/** Attempts after the first; default 6, which with the waits below takes about 20 seconds. */
	readonly retries?: number | undefined;
	/** Wait before the second attempt (ms), doubled each time and multiplied by a random factor of 1 to 2; default 200. */
	readonly minTimeoutMs?: number | undefined;
	/** Longest wait (ms); default 20,000. */
	readonly maxTimeoutMs?: number | undefined;
	/** Which failures may pass; default those that say so (`StoreError.retryable`). */
	readonly mayPass?: ((error: unknown) => boolean) | undefined;
}

/**
 * Calls `attempt`, and again while it fails with an error that may pass. The first attempt goes out bare: the machinery
 * of retrying is paid for only by calls that fail.
 */
export async function retrying<T>(
	attempt: () => Promise<T>,
	signal?: AbortSignal,
	options: RetryOptions = {},
): Promise<T> {
	try {
		return await attempt();
	} catch (error) {
		const {
			retries = 6,
			minTimeoutMs = 200,
			maxTimeoutMs = 20_000,
			mayPass = isRetryable,
		} = options;
		if (!mayPass(error)) throw error;
		signal?.throwIfAborted();
		if (retries === 0) throw error;
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
				shouldRetry: ({ error: failure }) => mayPass(failure),
				...(signal === undefined ? {} : { signal }),
			},
		);
	}
}

function isRetryable(error: unknown): boolean {
	return error instanceof StoreError && error.retryable;
}

/** Refused before it did anything, so a second attempt cannot meet what the first one did. */
function isRefused(error: unknown): boolean {
	return error instanceof StoreError && error.code === "throttled";
}

/**
 * A store that tries again what may pass: throttling, lost connections, lost bytes. Bodies are opened anew for each
 * attempt. Listings and readers in progress are not retried here: a store resumes its own pages. A put on a condition
 * whose answer was lost is not repeated either: the condition could fail on what the first attempt wrote.
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
			retrying(
				() => store.put(key, body, put),
				put?.signal,
				put?.only === undefined ? options : { ...options, mayPass: isRefused },
			),
		delete: (keys, call) => deleteAll(store, keys, call, options),
		list: (list) => store.list(list),
		[Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
	};
}

/** Deletes, and again those keys alone that failed in a way that may pass. */
async function deleteAll(
	store: ObjectStore,
	keys: readonly string[],
	call: Call | undefined,
	options: RetryOptions,
): Promise<ReadonlyMap<string, StoreError>> {
	const failures = new Map<string, StoreError>();
	let remaining = keys;
	const attempt = async () => {
		const failed = await store.delete(remaining, call);
		for (const key of remaining) failures.delete(key);
		for (const [key, error] of failed) failures.set(key, error);
		const [first, ...others] = [...failed].filter(
			([, error]) => error.retryable,
		);
		if (first === undefined) return;
		remaining = [first, ...others].map(([key]) => key);
		throw first[1];
	};
	try {
		await retrying(attempt, call?.signal, options);
	} catch (error) {
		// What is left after the last attempt is the answer, unless the call as a whole failed.
		if (![...failures.values()].some((failure) => failure === error))
			throw error;
	}
	return failures;
}
