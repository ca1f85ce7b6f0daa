import { hash } from "node:crypto";
import type { StoreErrorOptions } from "../errors.ts";
import type { Connections, HttpRequest } from "../http/connections.ts";
import type { HttpResponse, HttpStream } from "../http/exchange.ts";
import { refuseForeign } from "../http/foreign-answer.ts";
import { encodePath, encodeQuery } from "../http/percent-encoding.ts";
import { Transport } from "../http/transport.ts";
import type { BucketAddress } from "./address.ts";
import { fromResponse, fromThrown } from "./errors.ts";
import { type Credentials, Signer } from "./signer.ts";

/** A call to the bucket. */
export interface S3Request {
	readonly method: HttpRequest["method"];
	/** The whole key, with the store's prefix; "" for the bucket itself. */
	readonly key: string;
	readonly query?: Readonly<Record<string, string | undefined>> | undefined;
	/** By lower-case name. */
	readonly headers?: Readonly<Record<string, string>> | undefined;
	readonly body?: Uint8Array | undefined;
	/** SHA-256 of the body in lower-case hex, where it is known already. */
	readonly sha256?: string | undefined;
	readonly signal?: AbortSignal | undefined;
}

const EMPTY_SHA256 = hash("sha256", "", "hex");

/** The lean data plane: signs requests to one bucket and sends them. Rejects with `StoreError`s, or when cancelled. */
export class Plane implements AsyncDisposable {
	/** Scheme, host and port that requests go to. */
	readonly origin: string;
	readonly #connections: Connections;
	readonly #signer: Signer;
	readonly #host: string;
	readonly #bucketPath: string;
	readonly #credentials: () => Promise<Credentials>;
	/** Those of the last request, so that most requests need not wait for a promise; see `#current`. */
	#known:
		| { readonly credentials: Credentials; readonly until: number }
		| undefined;

	/** By default requests go straight to the server. */
	constructor(
		{ origin, path }: Pick<BucketAddress, "origin" | "path">,
		region: string,
		credentials: () => Promise<Credentials>,
		transport: Transport = new Transport({}),
	) {
		this.origin = origin;
		this.#connections = transport.connections(origin);
		this.#signer = new Signer(region);
		this.#host = new URL(origin).host;
		this.#bucketPath = path;
		this.#credentials = credentials;
	}

	/** Makes a call and gathers its response; rejects when the status is not one of success or in `accepted`. */
	async request(
		request: S3Request,
		about: StoreErrorOptions,
		accepted: readonly number[] = [],
	): Promise<HttpResponse> {
		try {
			const response = await this.#connections.request(
				await this.#signed(request),
			);
			if (response.status < 300) refuseForeign(request, response, about);
			if (response.status < 300 || accepted.includes(response.status))
				return response;
			throw fromResponse(
				response.status,
				response.headers,
				response.body.toString(),
				about,
			);
		} catch (error) {
			throw this.#mapped(error, request, about);
		}
	}

	/** Makes a call and resolves once its body can be read. */
	async stream(
		request: S3Request,
		about: StoreErrorOptions,
	): Promise<HttpStream> {
		try {
			const stream = await this.#connections.stream(
				await this.#signed(request),
			);
			if (stream.status < 300) return stream;
			const chunks: Buffer[] = [];
			for await (const chunk of stream.chunks()) chunks.push(chunk);
			throw fromResponse(
				stream.status,
				stream.headers,
				Buffer.concat(chunks).toString(),
				about,
			);
		} catch (error) {
			throw this.#mapped(error, request, about);
		}
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.#connections[Symbol.asyncDispose]();
	}

	async #signed(request: S3Request): Promise<HttpRequest> {
		const { method, body, signal } = request;
		const now = Date.now();
		const credentials = this.#current(now) ?? (await this.#refreshed(now));
		const path =
			request.key === ""
				? this.#bucketPath || "/"
				: `${this.#bucketPath}/${encodePath(request.key)}`;
		const query = request.query === undefined ? "" : encodeQuery(request.query);
		const payloadHash =
			request.sha256 ??
			(body === undefined ? EMPTY_SHA256 : hash("sha256", body, "hex"));
		const headers = this.#signer.sign(
			{
				method,
				path,
				query,
				payloadHash,
				headers: { host: this.#host, ...request.headers },
			},
			credentials,
			now,
		);
		return {
			method,
			path: query === "" ? path : `${path}?${query}`,
			headers,
			body,
			signal,
		};
	}

	#current(now: number): Credentials | undefined {
		return this.#known !== undefined && now < this.#known.until
			? this.#known.credentials
			: undefined;
	}

	/** Asks the chain again every second at most; it holds credentials itself and renews them before they expire. */
	async #refreshed(now: number): Promise<Credentials> {
		const credentials = await this.#credentials();
		this.#known = { credentials, until: now + 1000 };
		return credentials;
	}

	#mapped(
		error: unknown,
		request: S3Request,
		about: StoreErrorOptions,
	): unknown {
		return request.signal?.aborted
			? request.signal.reason
			: fromThrown(error, about);
	}
}
