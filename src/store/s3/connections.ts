import { Client } from "undici";
import {
	type Exchange,
	Gathering,
	type HttpResponse,
	type HttpStream,
	Streaming,
} from "./exchange.ts";

/** One request as it goes over the wire. */
export interface HttpRequest {
	readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
	/** Path and query, encoded. */
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: Uint8Array | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** How long a server may be silent (ms) before the request counts as lost. */
const SILENCE_MS = 60_000;

/**
 * Connections to one origin, on a free list: a request takes the connection that was used last, or opens another. The
 * caller bounds how many requests are under way, and so how many connections there are.
 *
 * Works on undici's `dispatch`, because its `request` makes a stream per response, which costs more than the rest.
 */
export class Connections implements AsyncDisposable {
	readonly #origin: string;
	readonly #options: Client.Options;
	readonly #all = new Set<Client>();
	readonly #idle: Client[] = [];
	readonly #cancellations = new WeakMap<AbortSignal, Set<Exchange>>();

	constructor(origin: string) {
		this.#origin = origin;
		this.#options = {
			headersTimeout: SILENCE_MS,
			bodyTimeout: SILENCE_MS,
			connect: { timeout: 10_000 },
		};
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
		const client = this.#idle.pop() ?? this.#open();
		const waiting = signal === undefined ? undefined : this.#waitingFor(signal);
		waiting?.add(exchange);
		exchange.onDone = () => {
			waiting?.delete(exchange);
			if (client.destroyed) this.#all.delete(client);
			else this.#idle.push(client);
		};
		client.dispatch(
			{
				method: request.method,
				path: request.path,
				headers: request.headers,
				body: request.body ?? null,
			},
			exchange,
		);
	}

	#open(): Client {
		const client = new Client(this.#origin, this.#options);
		this.#all.add(client);
		return client;
	}

	/** The exchanges that a signal cancels: one listener for all of them, since adding one each costs more than a set. */
	#waitingFor(signal: AbortSignal): Set<Exchange> {
		const known = this.#cancellations.get(signal);
		if (known !== undefined) return known;
		const waiting = new Set<Exchange>();
		this.#cancellations.set(signal, waiting);
		signal.addEventListener("abort", () => {
			for (const exchange of waiting) exchange.cancel(signal.reason);
		});
		return waiting;
	}
}
