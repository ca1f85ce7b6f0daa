import { messageOf } from "./thrown.ts";

/** What went wrong, in the terms on which callers branch. */
export type StoreErrorCode =
	/** The object does not exist; when a store is opened, its bucket or directory. */
	| "not-found"
	/** The condition of a conditional put did not hold; nothing was written. */
	| "precondition-failed"
	| "permission-denied"
	| "unauthenticated"
	| "throttled"
	/** The store could not be reached, bytes were lost or changed on the way, or it failed otherwise in a way that may pass. */
	| "unavailable"
	/** A body was longer or shorter than it said; nothing was written. */
	| "incomplete"
	/** A body's bytes do not match the digest that they were said to have; nothing was written. */
	| "corrupt"
	/** The store cannot do this at all. */
	| "unsupported"
	/** Anything else: see `cause`. Never retried. */
	| "unknown";

const RETRYABLE: ReadonlySet<StoreErrorCode> = new Set([
	"throttled",
	"unavailable",
]);

/** What a `StoreError` is about. */
export interface StoreErrorOptions {
	/** The store's URL, without secrets. */
	readonly store: string;
	/** The verb: `put`, `list` … */
	readonly operation: string;
	/** The key or prefix, where there is one. */
	readonly key?: string | undefined;
	readonly cause?: unknown;
	/** What the user can do next; one sentence each. */
	readonly suggestions?: readonly string[] | undefined;
	/** How long the server asks to wait before the next attempt (ms), where it says so. */
	readonly retryAfterMs?: number | undefined;
	/** No answer came: the server, or the way to it, may be gone; default false. */
	readonly isUnanswered?: boolean | undefined;
}

/** The one error that stores throw. Branch on `code`, never on the message. */
export class StoreError extends Error {
	override readonly name = "StoreError";
	readonly code: StoreErrorCode;
	readonly store: string;
	readonly operation: string;
	readonly key: string | undefined;
	/** Why, without the what and the where that `message` also names. */
	readonly reason: string;
	readonly suggestions: readonly string[];
	/** How long the server asks to wait before the next attempt (ms); `undefined` where it does not say. */
	readonly retryAfterMs: number | undefined;
	/** No answer came: the server, or the way to it, may be gone. */
	readonly isUnanswered: boolean;

	/** `reason` completes "Cannot put … in …: ", in lower case, without a full stop. */
	constructor(
		code: StoreErrorCode,
		reason: string,
		options: StoreErrorOptions,
	) {
		const object =
			options.key === undefined || options.key === ""
				? ""
				: ` "${options.key}" in`;
		super(`Cannot ${options.operation}${object} ${options.store}: ${reason}`, {
			cause: options.cause,
		});
		this.code = code;
		this.reason = reason;
		this.store = options.store;
		this.operation = options.operation;
		this.key = options.key;
		this.suggestions = options.suggestions ?? [];
		this.retryAfterMs = options.retryAfterMs;
		this.isUnanswered = options.isUnanswered ?? false;
	}

	/** Whether the same call may succeed when it is made again. */
	get retryable(): boolean {
		return RETRYABLE.has(this.code);
	}
}

/** The same error when a store has thrown it; any other as one of code `unknown`, about this, that has it as its cause. */
export function asStoreError(
	error: unknown,
	about: StoreErrorOptions,
): StoreError {
	if (error instanceof StoreError) return error;
	const reason = messageOf(error);
	return new StoreError("unknown", reason, { ...about, cause: error });
}

/** Whether the error says that the caller cancelled; such errors are passed on as they are. */
export function isCancellation(
	error: unknown,
	signal: AbortSignal | undefined,
): boolean {
	return (
		signal?.aborted === true &&
		(error === signal.reason ||
			(error instanceof Error && error.name === "AbortError"))
	);
}
