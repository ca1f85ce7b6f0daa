import type { OpenOptions } from "./environment.ts";
import { StoreError } from "./errors.ts";
import type { Call, ObjectStore } from "./object-store.ts";
import { Outage } from "./outage.ts";
import { RetryBudget } from "./retry-budget.ts";
import { wait } from "./wait.ts";

/** Longest wait (ms) before another attempt, where it is not said otherwise. */
const CAP_MS = 20_000;

/** How often, and how patiently, a call is made again. */
export interface RetryOptions {
	/** Attempts after the first; default 8, which with the waits below take 23 seconds on average, 46 at most. */
	readonly retries?: number | undefined;
	/** Longest wait before the second attempt (ms), doubled each time; default 200. */
	readonly baseMs?: number | undefined;
	/** Longest wait (ms); default 20,000. What a server asks for comes on top. */
	readonly capMs?: number | undefined;
	/** A server that asks for a longer wait (ms) is not waited for; default 60,000. */
	readonly maxRetryAfterMs?: number | undefined;
	/** Which failures may pass; default those that say so (`StoreError.retryable`). */
	readonly mayPass?: ((error: unknown) => boolean) | undefined;
	/** What retries are charged to; default none, which bounds them by `retries` alone. */
	readonly budget?: RetryBudget | undefined;
	/** Counts each time that the server asked to slow down; default nobody does. */
	readonly refusals?: { count: number } | undefined;
	/** Waits for a server that answers nothing any more; default: it is given up as any other failure is. */
	readonly outage?: Outage | undefined;
	/** Whose outage that is, as its failures name it; another store's tell nothing of it. Default: whoever's they are. */
	readonly store?: string | undefined;
	/** From 0 to less than 1; default `Math.random`. */
	readonly random?: (() => number) | undefined;
}

/**
 * Failures that were tried again in vain. Calls that try again lie within others that do (the parts of a large put,
 * the read that feeds it): whoever is outside passes such a failure on, or attempts would multiply.
 */
const inVain = new WeakSet<object>();

/**
 * Calls `attempt`, and again while it fails with an error that may pass. Waits a random time, up to a bound that
 * doubles (full jitter): what failed together does not come back together. In an outage it goes on beyond the bounds
 * (`Outage`). The last failure is passed on as it is.
 */
export async function retrying<T>(
	attempt: () => Promise<T>,
	signal?: AbortSignal,
	options: RetryOptions = {},
): Promise<T> {
	const { mayPass = isRetryable, budget, refusals, outage } = options;
	let before: number | undefined;
	for (let retries = 0; ; retries++) {
		try {
			const result = await attempt();
			budget?.gain();
			outage?.gotThrough();
			return result;
		} catch (error) {
			if (refusals !== undefined && isRefused(error)) refusals.count++;
			const isOurs = isOf(options.store, error);
			if (isOurs && !isUnanswered(error)) outage?.gotThrough();
			if (!mayPass(error)) throw error;
			signal?.throwIfAborted();
			let waitMs = isInVain(error)
				? undefined
				: nextWait(error, retries, options);
			if (
				waitMs === undefined &&
				isOurs &&
				outage?.isWaitedOut(error, before)
			) {
				waitMs = outage.withinTime(randomWait(options));
				// What comes after it is a new beginning.
				retries = 0;
			}
			before = outage?.through;
			if (waitMs === undefined) {
				if (typeof error === "object" && error !== null) inVain.add(error);
				throw error;
			}
			if (waitMs > 0) await wait(waitMs, signal);
		}
	}
}

/**
 * How long to wait (ms) before an attempt that comes after so many retries; `undefined`: give up.
 *
 * | the failure may pass, and                      | verdict                                                    |
 * | ---------------------------------------------- | ---------------------------------------------------------- |
 * | there were `retries` of them                   | give up                                                    |
 * | the server asks for more than is waited for    | give up                                                    |
 * | the server is there, and asks to slow down     | wait: at random below the bound, after what it asks for    |
 * | it is anything else, and the budget is used up | give up: most likely the server is gone                    |
 * | it is anything else                            | wait, likewise; charged to the budget                      |
 */
function nextWait(
	error: unknown,
	made: number,
	{
		retries = 8,
		baseMs = 200,
		capMs = CAP_MS,
		maxRetryAfterMs = 60_000,
		budget,
		random = Math.random,
	}: RetryOptions,
): number | undefined {
	if (made >= retries) return undefined;
	const askedMs =
		(error instanceof StoreError ? error.retryAfterMs : undefined) ?? 0;
	if (askedMs > maxRetryAfterMs) return undefined;
	if (!isRefused(error) && budget?.spend() === false) return undefined;
	return askedMs + random() * Math.min(capMs, baseMs * 2 ** made);
}

/** How long to wait (ms) before a server is asked again that answers nothing: many may ask. */
function randomWait({
	capMs = CAP_MS,
	random = Math.random,
}: RetryOptions): number {
	return random() * capMs;
}

/** Also of an error that a wrapper has put into its own words. */
function isInVain(error: unknown): boolean {
	return (
		typeof error === "object" &&
		error !== null &&
		(inVain.has(error) ||
			(error instanceof StoreError && isInVain(error.cause)))
	);
}

function isRetryable(error: unknown): boolean {
	return error instanceof StoreError && error.retryable;
}

/** Whether a failure is a store's; of what is no failure of any store, it is. */
function isOf(store: string | undefined, error: unknown): boolean {
	return (
		store === undefined ||
		!(error instanceof StoreError) ||
		error.store === store
	);
}

function isUnanswered(error: unknown): boolean {
	return error instanceof StoreError && error.isUnanswered;
}

/** Refused before it did anything, so a second attempt cannot meet what the first one did. */
function isRefused(error: unknown): boolean {
	return error instanceof StoreError && error.code === "throttled";
}

/** How a store tries again that is opened so. */
export function retryOptions({
	refusals,
	outages,
}: Pick<OpenOptions, "refusals" | "outages">): RetryOptions {
	return { refusals, outage: outages && new Outage(outages) };
}

/**
 * A store that tries again what may pass: throttling, lost connections, lost bytes. Bodies are opened anew for each
 * attempt. Listings and readers in progress are not retried here: a store resumes its own pages. A put on a condition
 * whose answer was lost is not repeated either: the condition could fail on what the first attempt wrote.
 */
export function retry(
	store: ObjectStore,
	{ budget = new RetryBudget(), ...given }: RetryOptions = {},
): ObjectStore {
	const options = { ...given, budget, store: store.url };
	const onCondition = { ...options, mayPass: isRefused };
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
				put?.only === undefined ? options : onCondition,
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
