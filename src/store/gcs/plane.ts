import type { StoreErrorOptions } from "../errors.ts";
import type { Connections, HttpRequest } from "../http/connections.ts";
import type { HttpResponse, HttpStream } from "../http/exchange.ts";
import { refuseForeign } from "../http/foreign-answer.ts";
import { Transport } from "../http/transport.ts";
import { type Access, HeaderCache } from "./access.ts";
import { fromResponse, fromThrown } from "./errors.ts";

/**
 * The lean data plane: adds the token to requests and sends them. Google's client costs two to three milliseconds of
 * CPU for each. Rejects with `StoreError`s, or when cancelled.
 */
export class Plane implements AsyncDisposable {
	/** Scheme, host and port that requests go to. */
	readonly origin: string;
	readonly #transport: Transport;
	readonly #connections: Connections;
	readonly #host: string;
	readonly #authorization: HeaderCache;

	/** `transport` is the plane's from now on; by default requests go straight to the server. */
	constructor(access: Access, transport: Transport = new Transport({})) {
		this.origin = access.origin;
		this.#transport = transport;
		this.#connections = transport.connections(access.origin);
		this.#host = new URL(access.origin).host;
		this.#authorization = new HeaderCache(access);
	}

	/** Makes a call and gathers its response; rejects when the status is not one of success or in `accepted`. */
	async request(
		request: HttpRequest,
		about: StoreErrorOptions,
		accepted: readonly number[] = [],
	): Promise<HttpResponse> {
		try {
			const response = await this.#connections.request(
				await this.#authorized(request, about),
			);
			if (response.status < 300) refuseForeign(request, response, about);
			if (response.status < 300 || accepted.includes(response.status))
				return response;
			const { status, headers, body } = response;
			throw fromResponse(status, body.toString(), about, headers);
		} catch (error) {
			throw mapped(error, request, about);
		}
	}

	/** Makes a call and resolves once its body can be read; rejects like `request`. */
	async stream(
		request: HttpRequest,
		about: StoreErrorOptions,
		accepted: readonly number[] = [],
	): Promise<HttpStream> {
		try {
			const stream = await this.#connections.stream(
				await this.#authorized(request, about),
			);
			if (stream.status < 300) return stream;
			const chunks: Buffer[] = [];
			for await (const chunk of stream.chunks()) chunks.push(chunk);
			if (accepted.includes(stream.status)) return stream;
			const body = Buffer.concat(chunks).toString();
			throw fromResponse(stream.status, body, about, stream.headers);
		} catch (error) {
			throw mapped(error, request, about);
		}
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.#transport[Symbol.asyncDispose]();
	}

	async #authorized(
		request: HttpRequest,
		about: StoreErrorOptions,
	): Promise<HttpRequest> {
		const now = Date.now();
		const authorization =
			this.#authorization.current(now) ??
			(await this.#authorization.renewed(now, about));
		return {
			...request,
			headers: { host: this.#host, ...authorization, ...request.headers },
		};
	}
}

function mapped(
	error: unknown,
	{ signal }: HttpRequest,
	about: StoreErrorOptions,
): unknown {
	return signal?.aborted ? signal.reason : fromThrown(error, about);
}
