import type { Dispatcher } from "undici";

export type ResponseHeaders = Readonly<
	Record<string, string | string[] | undefined>
>;

/** A response whose body was small enough to gather. */
export interface HttpResponse {
	readonly status: number;
	readonly headers: ResponseHeaders;
	readonly body: Buffer;
}

/** A response whose body is still to come. Read it to its end, or cancel it: the connection waits for that. */
export interface HttpStream {
	readonly status: number;
	readonly headers: ResponseHeaders;
	/** Yields the pieces as they come; rejects when the connection breaks. */
	chunks(): AsyncIterable<Buffer>;
	/** Gives the rest of the body up. */
	cancel(): void;
}

/** Bytes that may wait for a slow reader before the connection is paused. */
const BUFFERED_BYTES = 1024 * 1024;

/**
 * One request and what becomes of it; `onDone` is called once, when its connection is free again.
 *
 * When it is done it lets go of all that it holds. What is dead and has outlived two collections keeps what it refers
 * to, dead or not, until the next full one: requests kept one another so, and nearly all that was allocated grew old.
 */
export abstract class Exchange implements Dispatcher.DispatchHandler {
	#signal: AbortSignal | undefined;
	#reject: ((reason: unknown) => void) | undefined;
	#controller: Dispatcher.DispatchController | undefined;
	onDone: (() => void) | undefined;
	/** Where it is kept among those that a signal cancels. */
	place = -1;
	/** Set when a proxy sends the request on: what to fail with when the answer is its own. */
	refusal:
		| ((status: number, headers: ResponseHeaders) => Error | undefined)
		| undefined;

	constructor(
		signal: AbortSignal | undefined,
		reject: (reason: unknown) => void,
	) {
		this.#signal = signal;
		this.#reject = reject;
	}

	onRequestStart(controller: Dispatcher.DispatchController): void {
		this.#controller = controller;
		// The signal may have fired while the request waited for its connection.
		if (this.#signal?.aborted) this.cancel(this.#signal.reason);
	}

	abstract onResponseStart(
		controller: Dispatcher.DispatchController,
		status: number,
		headers: Record<string, string | string[] | undefined>,
	): void;
	abstract onResponseData(
		controller: Dispatcher.DispatchController,
		chunk: Buffer,
	): void;
	abstract onResponseEnd(): void;

	onResponseError(
		_controller: Dispatcher.DispatchController,
		error: Error,
	): void {
		const reason = this.#signal?.aborted ? this.#signal.reason : error;
		this.#free();
		this.fail(reason);
		this.#letGo();
	}

	cancel(reason: unknown): void {
		// While it waits for its connection there is nothing to abort yet; the caller need not wait for that as well.
		if (this.#controller === undefined) this.fail(reason);
		else
			this.#controller.abort(
				reason instanceof Error
					? reason
					: new Error("the request was cancelled"),
			);
	}

	fail(reason: unknown): void {
		this.#reject?.(reason);
	}

	/** To be called when the response has ended. */
	protected done(): void {
		this.#free();
		this.#letGo();
	}

	#free(): void {
		const { onDone } = this;
		this.onDone = undefined;
		onDone?.();
	}

	#letGo(): void {
		this.#controller = undefined;
		this.#signal = undefined;
		this.#reject = undefined;
	}

	/** Whether the answer is a proxy's own; then the exchange has failed. */
	protected isRefused(status: number, headers: ResponseHeaders): boolean {
		const refusal = this.refusal?.(status, headers);
		if (refusal === undefined) return false;
		this.cancel(refusal);
		return true;
	}

	protected get controller(): Dispatcher.DispatchController | undefined {
		return this.#controller;
	}
}

/** Gathers the whole response. */
export class Gathering extends Exchange {
	#resolve: ((response: HttpResponse) => void) | undefined;
	#status = 0;
	#headers: ResponseHeaders = NO_HEADERS;
	#chunks: Buffer[] = [];

	constructor(
		signal: AbortSignal | undefined,
		resolve: (response: HttpResponse) => void,
		reject: (reason: unknown) => void,
	) {
		super(signal, reject);
		this.#resolve = resolve;
	}

	onResponseStart(
		_controller: unknown,
		status: number,
		headers: ResponseHeaders,
	): void {
		if (this.isRefused(status, headers)) return;
		// Of an interim answer (1xx) the final one is still to come, and takes its place.
		this.#status = status;
		this.#headers = headers;
	}

	onResponseData(_controller: unknown, chunk: Buffer): void {
		this.#chunks.push(chunk);
	}

	onResponseEnd(): void {
		this.done();
		const [only, ...others] = this.#chunks;
		const body =
			only === undefined
				? EMPTY
				: others.length === 0
					? only
					: Buffer.concat(this.#chunks);
		const response = { status: this.#status, headers: this.#headers, body };
		const resolve = this.#resolve;
		this.#resolve = undefined;
		this.#headers = NO_HEADERS;
		this.#chunks = [];
		resolve?.(response);
	}
}

const NO_HEADERS: ResponseHeaders = {};
const EMPTY = Buffer.alloc(0);

/** Hands the body on piece by piece, as fast as it is read. */
export class Streaming extends Exchange implements HttpStream {
	#resolve: ((stream: HttpStream) => void) | undefined;
	status = 0;
	headers: ResponseHeaders = {};
	readonly #chunks: Buffer[] = [];
	#buffered = 0;
	#state: "open" | "ended" | { readonly error: unknown } = "open";
	#wake: (() => void) | undefined;

	constructor(
		signal: AbortSignal | undefined,
		resolve: (stream: HttpStream) => void,
		reject: (reason: unknown) => void,
	) {
		super(signal, reject);
		this.#resolve = resolve;
	}

	onResponseStart(
		_controller: unknown,
		status: number,
		headers: ResponseHeaders,
	): void {
		// An interim answer: the final one is still to come.
		if (status < 200 || this.isRefused(status, headers)) return;
		this.status = status;
		this.headers = headers;
		this.#resolve?.(this);
		this.#resolve = undefined;
	}

	onResponseData(
		controller: Dispatcher.DispatchController,
		chunk: Buffer,
	): void {
		this.#chunks.push(chunk);
		this.#buffered += chunk.length;
		if (this.#buffered > BUFFERED_BYTES) controller.pause();
		this.#wake?.();
	}

	onResponseEnd(): void {
		this.done();
		this.#state = "ended";
		this.#wake?.();
	}

	override fail(reason: unknown): void {
		this.#state = { error: reason };
		this.#wake?.();
		super.fail(reason);
	}

	async *chunks(): AsyncGenerator<Buffer> {
		try {
			for (;;) {
				const chunk = this.#chunks.shift();
				if (chunk !== undefined) {
					this.#buffered -= chunk.length;
					if (this.#buffered <= BUFFERED_BYTES && this.controller?.paused)
						this.controller.resume();
					yield chunk;
				} else if (this.#state === "open") {
					await new Promise<void>((resolve) => {
						this.#wake = resolve;
					});
				} else if (this.#state === "ended") {
					return;
				} else {
					throw this.#state.error;
				}
			}
		} finally {
			this.cancel(new Error("the rest of the response was not wanted"));
		}
	}

	override cancel(
		reason: unknown = new Error("the response was not wanted"),
	): void {
		if (this.#state === "open") super.cancel(reason);
	}
}
