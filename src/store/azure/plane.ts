import type { StoreErrorOptions } from "../errors.ts";
import type { Connections, HttpRequest } from "../http/connections.ts";
import type { HttpResponse, HttpStream } from "../http/exchange.ts";
import { refuseForeign } from "../http/foreign-answer.ts";
import { encodePath, encodeQuery } from "../http/percent-encoding.ts";
import { Transport } from "../http/transport.ts";
import type { Access } from "./access.ts";
import type { Authorization } from "./authorization.ts";
import type { BatchRequest } from "./batch.ts";
import { fromResponse, fromThrown } from "./errors.ts";

/** A call to the container. */
export interface AzureRequest {
	readonly method: HttpRequest["method"];
	/** The blob's whole name, with the store's prefix; "" for the container itself. */
	readonly name: string;
	/** By lower-case name. */
	readonly query?: Readonly<Record<string, string | undefined>> | undefined;
	/** By lower-case name. */
	readonly headers?: Readonly<Record<string, string>> | undefined;
	readonly body?: Uint8Array | undefined;
	readonly signal?: AbortSignal | undefined;
}

/**
 * The version of the service that is spoken: the first that has all we use (names that XML cannot hold are encoded),
 * and old enough for clouds that are updated late.
 */
const VERSION = "2021-12-02";

const NO_QUERY: Readonly<Record<string, string | undefined>> = {};

/** The lean data plane: authorises requests to one container and sends them. Rejects with `StoreError`s, or when cancelled. */
export class Plane implements AsyncDisposable {
	/** The URL of the container, without a query; what lies in it begins with this and "/". */
	readonly containerUrl: string;
	readonly #transport: Transport;
	readonly #connections: Connections;
	readonly #authorization: Authorization;
	readonly #containerPath: string;
	#second = -1;
	#date = "";

	/** `transport` is the plane's from now on; by default requests go straight to the server. */
	constructor(
		{ serviceUrl, authorization }: Access,
		container: string,
		transport: Transport = new Transport({}),
	) {
		this.containerUrl = `${serviceUrl}/${container}`;
		const url = new URL(serviceUrl);
		this.#transport = transport;
		this.#connections = transport.connections(url.origin);
		this.#authorization = authorization;
		const base = url.pathname.replace(/\/+$/, "");
		this.#containerPath = `${base}/${encodePath(container)}`;
	}

	/** Makes a call and gathers its response; rejects when the status is not one of success or in `accepted`. */
	async request(
		request: AzureRequest,
		about: StoreErrorOptions,
		accepted: readonly number[] = [],
	): Promise<HttpResponse> {
		try {
			await this.#authorization.prepare();
			const response = await this.#connections.request(
				this.#authorized(request),
			);
			if (response.status < 300) refuseForeign(request, response, about);
			if (response.status < 300 || accepted.includes(response.status))
				return response;
			const { status, headers, body } = response;
			throw fromResponse(status, headers, body.toString(), about);
		} catch (error) {
			throw mapped(error, request, about);
		}
	}

	/** Makes a call and resolves once its body can be read. */
	async stream(
		request: AzureRequest,
		about: StoreErrorOptions,
	): Promise<HttpStream> {
		try {
			await this.#authorization.prepare();
			const stream = await this.#connections.stream(this.#authorized(request));
			if (stream.status < 300) return stream;
			const chunks: Buffer[] = [];
			for await (const chunk of stream.chunks()) chunks.push(chunk);
			const body = Buffer.concat(chunks).toString();
			throw fromResponse(stream.status, stream.headers, body, about);
		} catch (error) {
			throw mapped(error, request, about);
		}
	}

	/** The URL by which the service itself reads a blob, to copy it. A secret (I7). */
	sourceUrl(name: string): string {
		const url = `${this.containerUrl}/${encodePath(name)}`;
		const { query } = this.#authorization;
		return query === "" ? url : `${url}?${query}`;
	}

	/** Deletions as parts of a batch, each of which shows that it may be made. */
	async deletions(
		names: readonly string[],
		about: StoreErrorOptions,
	): Promise<readonly BatchRequest[]> {
		try {
			await this.#authorization.prepare();
		} catch (error) {
			throw fromThrown(error, about);
		}
		return names.map((name) => this.#deletion(name));
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.#transport[Symbol.asyncDispose]();
	}

	#deletion(name: string): BatchRequest {
		const path = this.#pathOf(name);
		// The version is the batch's.
		const headers: Record<string, string> = { "x-ms-date": this.#now() };
		const authorization = this.#authorization.header({
			method: "DELETE",
			path,
			query: NO_QUERY,
			headers,
			contentLength: 0,
		});
		if (authorization !== undefined) headers.authorization = authorization;
		return { path: this.#withQuery(path, NO_QUERY), headers };
	}

	#authorized(request: AzureRequest): HttpRequest {
		const { method, name, query = NO_QUERY, body, signal } = request;
		const headers: Record<string, string> = {
			"x-ms-version": VERSION,
			"x-ms-date": this.#now(),
			...request.headers,
		};
		const path = this.#pathOf(name);
		const authorization = this.#authorization.header({
			method,
			path,
			query,
			headers,
			contentLength: body?.length ?? 0,
		});
		if (authorization !== undefined) headers.authorization = authorization;
		return {
			method,
			path: this.#withQuery(path, query),
			headers,
			body,
			signal,
		};
	}

	#pathOf(name: string): string {
		return name === ""
			? this.#containerPath
			: `${this.#containerPath}/${encodePath(name)}`;
	}

	#withQuery(
		path: string,
		query: Readonly<Record<string, string | undefined>>,
	): string {
		const own = query === NO_QUERY ? "" : encodeQuery(query);
		const all =
			own === "" || this.#authorization.query === ""
				? own + this.#authorization.query
				: `${own}&${this.#authorization.query}`;
		return all === "" ? path : `${path}?${all}`;
	}

	/** The time as HTTP writes it, made anew once a second. */
	#now(): string {
		const second = Math.floor(Date.now() / 1000);
		if (second !== this.#second) {
			this.#second = second;
			this.#date = new Date(second * 1000).toUTCString();
		}
		return this.#date;
	}
}

function mapped(
	error: unknown,
	{ signal }: AzureRequest,
	about: StoreErrorOptions,
): unknown {
	return signal?.aborted ? signal.reason : fromThrown(error, about);
}
