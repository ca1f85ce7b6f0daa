import type { Environment } from "../../store/environment.ts";
import { isCancellation } from "../../store/errors.ts";
import {
	answerTimeoutMs,
	type Connections,
	type HttpRequest,
} from "../../store/http/connections.ts";
import type { HttpResponse, HttpStream } from "../../store/http/exchange.ts";
import { Transport } from "../../store/http/transport.ts";
import type { Call } from "../../store/object-store.ts";
import { Authorizer } from "./authorizer.ts";
import type { Credentials } from "./credentials.ts";
import { gather } from "./gather.ts";
import { fromExchange, ProbeError } from "./probe-error.ts";

/** How a registry is asked. */
export interface RegistryClientOptions {
	/** Names the proxies; default: the process's variables. */
	readonly environment?: Environment | undefined;
	/** Default: nobody is known, and a token that everybody gets is asked for. */
	readonly credentials?: Credentials | undefined;
	/**
	 * The name, with its port if it has one, that the registry is asked by: of a node that is reached at an address while
	 * its certificate is for the public name. Default: that of the URL.
	 */
	readonly serverName?: string | undefined;
	/** Whether the registry must prove who it is; default true. */
	readonly verifiesServer?: boolean | undefined;
	/** How long the registry may be silent (ms); default 10,000. */
	readonly silenceMs?: number | undefined;
	/** Tells the time (ms), by which tokens end; default: `Date.now`. */
	readonly now?: (() => number) | undefined;
}

/** A request to a registry's API. */
export interface RegistryRequest extends Omit<HttpRequest, "headers"> {
	readonly headers?: Readonly<Record<string, string>> | undefined;
	/** What a token has to allow (`repository:NAME:pull`); never is one asked for that allows more. */
	readonly scope: string;
}

/** A connection that is kept leads to one process of several behind an address, for as long as that one listens. */
const FRESH = { connection: "close" };

/** Most bytes of an answer that is gathered: a manifest may have 4 MiB. Source: Distribution, registry/handlers/manifests.go. */
const MAX_ANSWER_BYTES = 5 * 1024 * 1024;

/**
 * Asks one registry, or one node of it, and shows who asks: by a password, a token, or a token that its token service
 * gives. Redirects are not followed. Rejects with a `ProbeError` when no answer comes, or none but that we are not known.
 * Disposing ends every connection.
 */
export class RegistryClient implements AsyncDisposable {
	/** For messages: scheme, host and port, without secrets. */
	readonly name: string;
	/** Scheme, host and port: where it is asked. */
	readonly origin: string;
	readonly #transport: Transport;
	readonly #connections: Connections;
	readonly #elsewhere = new Map<string, Connections>();
	readonly #prefix: string;
	readonly #host: Readonly<Record<string, string>>;
	readonly #authorizer: Authorizer;
	readonly #silenceMs: number;

	/** Of the URL, scheme, host, port and path count; a user in it does not. */
	constructor(url: URL, options: RegistryClientOptions = {}) {
		const { environment = process.env, silenceMs = 10_000 } = options;
		const { credentials, serverName, now = Date.now } = options;
		this.origin = url.origin;
		this.name =
			serverName === undefined ? url.origin : `${url.origin} (${serverName})`;
		this.#transport = new Transport(environment, silenceMs);
		if (options.verifiesServer === false)
			this.#transport.leaveUnverified(url.origin);
		this.#connections = this.#transport.connections(url.origin);
		this.#prefix = url.pathname.replace(/\/+$/, "");
		// The name that TLS asks for, and that the certificate must be for, follows from this header.
		this.#host = serverName === undefined ? {} : { host: serverName };
		this.#silenceMs = silenceMs;
		this.#authorizer = new Authorizer(this.#transport, credentials, now);
	}

	/**
	 * Sends a request and gathers the answer, whatever its status. All of it has to be there in a few times the silence that
	 * is put up with, besides what a body takes to be sent; and it may not be larger than any answer of a registry.
	 */
	async request(request: RegistryRequest): Promise<HttpResponse> {
		const { signal, body } = request;
		const deadlineMs = answerTimeoutMs(body?.length ?? 0, 3 * this.#silenceMs);
		const deadline = AbortSignal.timeout(deadlineMs);
		const what = this.#what(request);
		try {
			const answer = await this.stream({
				...request,
				signal:
					signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
			});
			const { status, headers } = answer;
			const gathered = await gather(answer, MAX_ANSWER_BYTES);
			if (gathered.length <= MAX_ANSWER_BYTES)
				return { status, headers, body: gathered };
			const reason = `it answers with more than ${MAX_ANSWER_BYTES} bytes`;
			throw new ProbeError("failed", what, reason);
		} catch (error) {
			if (!isCancellation(error, deadline) || signal?.aborted)
				throw fromExchange(error, what, signal);
			const reason = `it has not answered within ${Math.ceil(deadlineMs / 1000)} seconds`;
			throw new ProbeError("timed-out", what, reason, { cause: error });
		}
	}

	/** Sends a request and resolves when the answer's headers are there, whatever its status. */
	async stream(request: RegistryRequest): Promise<HttpStream> {
		const { scope } = request;
		const answer = await this.#send(request, this.#authorizer.known(scope));
		if (answer.status !== 401) return answer;
		answer.cancel();
		const authorization = await this.#authorizer.answer(
			answer.headers["www-authenticate"],
			request,
		);
		if (authorization !== undefined) {
			const again = await this.#send(request, authorization);
			if (again.status !== 401) return again;
			again.cancel();
		}
		throw this.#authorizer.refusal(this.#what(request));
	}

	/** The path to ask for what a header Location names, wherever the registry takes itself to be. */
	pathOf(location: string): string {
		const { pathname, search } = new URL(location, "http://registry");
		const path = `${pathname}${search}`;
		return path.startsWith(`${this.#prefix}/`)
			? path.slice(this.#prefix.length)
			: path;
	}

	/**
	 * Asks another server, to which the registry has sent us, and does not show who asks. The URL may be a secret: no
	 * message shows more than its host (I7).
	 */
	async elsewhere(
		url: URL,
		method: "GET" | "HEAD",
		{ signal }: Call = {},
	): Promise<HttpStream> {
		const connections =
			this.#elsewhere.get(url.origin) ??
			this.#transport.connections(url.origin);
		this.#elsewhere.set(url.origin, connections);
		try {
			return await connections.stream({
				method,
				path: `${url.pathname}${url.search}`,
				headers: FRESH,
				signal,
			});
		} catch (error) {
			throw fromExchange(error, `${method} what lies at ${url.host}`, signal);
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#transport[Symbol.asyncDispose]();
	}

	async #send(
		{ scope: _, headers, ...request }: RegistryRequest,
		authorization: string | undefined,
	): Promise<HttpStream> {
		try {
			return await this.#connections.stream({
				...request,
				path: `${this.#prefix}${request.path}`,
				headers: {
					...headers,
					...this.#host,
					...FRESH,
					...(authorization === undefined ? {} : { authorization }),
				},
			});
		} catch (error) {
			throw fromExchange(error, this.#what(request), request.signal);
		}
	}

	/** Completes "Cannot …". Without the query, which may be the state of an upload. */
	#what({ method, path }: Pick<RegistryRequest, "method" | "path">): string {
		return `${method} ${path.split("?")[0]} at ${this.name}`;
	}
}
