import {
	type Exchange,
	Gathering,
	type HttpResponse,
	type HttpStream,
	Streaming,
} from "./exchange.ts";
import type { ProxyServer } from "./proxy.ts";
import { Client } from "./undici.ts";
import { type TlsOptions, type Way, wayTo } from "./way.ts";

/** One request as it goes over the wire. */
export interface HttpRequest {
	readonly method:
		| "GET"
		| "HEAD"
		| "PUT"
		| "POST"
		| "PATCH"
		| "DELETE"
		| "OPTIONS";
	/** Path and query, encoded. */
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: Uint8Array | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** How long a server may be silent (ms) before the request counts as lost, unless it is said otherwise. */
export const SILENCE_MS = 60_000;

/**
 * The slowest sending of a body that is waited for (bytes per ms). Silence is counted from the start of a request, so
 * what its body may take comes on top: 8 MiB over a slow line, shared with other parts, take longer than a minute.
 */
const SLOWEST_SENDING = 32;

/** How long the answer to a request with such a body is waited for (ms). */
export function answerTimeoutMs(
	bodyBytes: number,
	silenceMs: number = SILENCE_MS,
): number {
	return silenceMs + Math.ceil(bodyBytes / SLOWEST_SENDING);
}

/** How connections are made. */
export interface ConnectionsOptions extends TlsOptions {
	/** Finds the proxy that they go through, when the first is made; what it throws fails the request. Default: none. */
	readonly proxy?: (() => ProxyServer | undefined) | undefined;
	/** How long a server may be silent (ms); default 60,000. */
	readonly silenceMs?: number | undefined;
}

/**
 * Connections to one origin, on a free list: a request takes the connection that was used last, or opens another. The
 * caller bounds how many requests are under way, and so how many connections there are.
 *
 * Works on undici's `dispatch`, because its `request` makes a stream per response, which costs more than the rest.
 */
export class Connections implements AsyncDisposable {
	readonly #origin: string;
	readonly #options: ConnectionsOptions;
	readonly #silenceMs: number;
	#way: Way | undefined;
	readonly #all = new Set<Client>();
	readonly #idle: Client[] = [];
	readonly #cancellations = new WeakMap<AbortSignal, Cancellation>();
	#isClosed = false;

	constructor(origin: string, options: ConnectionsOptions = {}) {
		this.#origin = origin;
		this.#options = options;
		this.#silenceMs = options.silenceMs ?? SILENCE_MS;
	}

	/** Sends a request and gathers the whole response. Rejects only when there is none. */
	request(request: HttpRequest): Promise<HttpResponse> {
		return new Promise((resolve, reject) =>
			this.#dispatch(new Gathering(request.signal, resolve, reject), request),
		);
	}

	/** Sends a request and resolves as soon as the response's headers are there. */
	stream(request: HttpRequest): Promise<HttpStream> {
		return new Promise((resolve, reject) =>
			this.#dispatch(new Streaming(request.signal, resolve, reject), request),
		);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#isClosed = true;
		await Promise.all([...this.#all].map((client) => client.destroy()));
		this.#all.clear();
		this.#idle.length = 0;
	}

	#dispatch(exchange: Exchange, request: HttpRequest): void {
		const { signal } = request;
		if (signal?.aborted) {
			exchange.fail(signal.reason);
			return;
		}
		if (this.#isClosed) {
			exchange.fail(new Error("the store is closed"));
			return;
		}
		this.#way ??= wayTo(this.#origin, this.#options.proxy?.(), this.#options);
		const { forwarding } = this.#way;
		const client = this.#idle.pop() ?? this.#open(this.#way);
		const cancellation =
			signal === undefined ? undefined : this.#cancellationBy(signal);
		cancellation?.add(exchange);
		exchange.onDone = () => {
			cancellation?.delete(exchange);
			if (client.destroyed) this.#all.delete(client);
			else this.#idle.push(client);
		};
		if (forwarding !== undefined) exchange.refusal = forwarding.refusal;
		client.dispatch(
			{
				method: request.method,
				path:
					forwarding === undefined
						? request.path
						: `${forwarding.prefix}${request.path}`,
				headers:
					forwarding === undefined
						? request.headers
						: { ...request.headers, ...forwarding.headers },
				body: request.body ?? null,
				headersTimeout: answerTimeoutMs(
					request.body?.length ?? 0,
					this.#silenceMs,
				),
			},
			exchange,
		);
	}

	#open({ origin, connect }: Way): Client {
		const client = new Client(origin, {
			connect,
			bodyTimeout: this.#silenceMs,
		});
		this.#all.add(client);
		return client;
	}

	#cancellationBy(signal: AbortSignal): Cancellation {
		const known = this.#cancellations.get(signal);
		if (known !== undefined) return known;
		const cancellation = new Cancellation(signal);
		this.#cancellations.set(signal, cancellation);
		return cancellation;
	}
}

/**
 * The exchanges that a signal cancels. One listener serves all of them, since adding one each costs more than a set;
 * and it goes with the last of them, since a signal that has listeners is kept alive.
 */
class Cancellation {
	readonly #signal: AbortSignal;
	/** Each at its own `place`, so that one that is done makes room without a search, or a set that grows holes. */
	readonly #exchanges: Exchange[] = [];
	readonly #cancelAll = () => {
		for (const exchange of [...this.#exchanges])
			exchange.cancel(this.#signal.reason);
	};

	constructor(signal: AbortSignal) {
		this.#signal = signal;
	}

	add(exchange: Exchange): void {
		if (this.#exchanges.length === 0)
			this.#signal.addEventListener("abort", this.#cancelAll);
		exchange.place = this.#exchanges.length;
		this.#exchanges.push(exchange);
	}

	delete(exchange: Exchange): void {
		const last = this.#exchanges.pop();
		if (last !== undefined && last !== exchange) {
			this.#exchanges[exchange.place] = last;
			last.place = exchange.place;
		}
		if (this.#exchanges.length === 0)
			this.#signal.removeEventListener("abort", this.#cancelAll);
	}
}
