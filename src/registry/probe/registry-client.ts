import type { Environment } from "../../store/environment.ts";
import type { Connections, HttpRequest } from "../../store/http/connections.ts";
import type {
	HttpResponse,
	HttpStream,
	ResponseHeaders,
} from "../../store/http/exchange.ts";
import { Transport } from "../../store/http/transport.ts";
import type { Call } from "../../store/object-store.ts";
import { parseChallenges } from "./challenge.ts";
import { basicAuthorization, type Credentials } from "./credentials.ts";
import { fromExchange, ProbeError } from "./probe-error.ts";
import { Tokens } from "./tokens.ts";

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
	readonly #credentials: Credentials | undefined;
	readonly #tokens: Tokens;

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
		this.#credentials = credentials;
		this.#tokens = new Tokens(
			this.#transport,
			credentials?.kind === "bearer" ? undefined : credentials,
			now,
		);
	}

	/** Sends a request and gathers the answer, whatever its status. */
	async request(request: RegistryRequest): Promise<HttpResponse> {
		return await this.#ask(request, (sent) => this.#connections.request(sent));
	}

	/** Sends a request and resolves when the answer's headers are there, whatever its status. */
	async stream(request: RegistryRequest): Promise<HttpStream> {
		return await this.#ask(
			request,
			(sent) => this.#connections.stream(sent),
			(answer) => answer.cancel(),
		);
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

	async #ask<
		A extends { readonly status: number; readonly headers: ResponseHeaders },
	>(
		request: RegistryRequest,
		exchange: (sent: HttpRequest) => Promise<A>,
		discard: (answer: A) => void = () => undefined,
	): Promise<A> {
		const { scope, headers, ...rest } = request;
		// What comes after it may be the state of an upload.
		const [path] = request.path.split("?");
		const what = `${request.method} ${path} at ${this.name}`;
		const send = async (authorization: string | undefined) => {
			try {
				return await exchange({
					...rest,
					path: `${this.#prefix}${request.path}`,
					headers: {
						...headers,
						...this.#host,
						...FRESH,
						...(authorization === undefined ? {} : { authorization }),
					},
				});
			} catch (error) {
				throw fromExchange(error, what, request.signal);
			}
		};
		const answer = await send(this.#known(scope));
		if (answer.status !== 401) return answer;
		discard(answer);
		const again = await send(
			await this.#authorization(answer.headers, request, what),
		);
		if (again.status !== 401) return again;
		discard(again);
		throw this.#refused(what);
	}

	/** What can be shown before the registry asks for it. */
	#known(scope: string): string | undefined {
		if (this.#credentials?.kind === "bearer")
			return `Bearer ${this.#credentials.token}`;
		const token = this.#tokens.known(scope);
		return token === undefined ? undefined : `Bearer ${token}`;
	}

	/** What the registry asks for. */
	async #authorization(
		headers: ResponseHeaders,
		{ scope, signal }: RegistryRequest,
		what: string,
	): Promise<string> {
		const credentials = this.#credentials;
		const challenges = parseChallenges(headers["www-authenticate"]);
		const bearer = challenges.find(({ scheme }) => scheme === "bearer");
		if (bearer !== undefined && credentials?.kind !== "bearer")
			return `Bearer ${await this.#tokens.fetch(bearer, scope, { signal })}`;
		const takesPasswords = challenges.some(({ scheme }) => scheme === "basic");
		if (takesPasswords && credentials?.kind === "password")
			return basicAuthorization(credentials);
		throw this.#refused(what);
	}

	#refused(what: string): ProbeError {
		return this.#credentials === undefined
			? new ProbeError(
					"permission-denied",
					what,
					"the registry wants to know who asks",
					{ suggestions: ["Give a user name and a password, or a token."] },
				)
			: new ProbeError(
					"permission-denied",
					what,
					"the registry refuses the credentials",
					{
						suggestions: [
							"Check the user name and password or the token, and what they are allowed to.",
						],
					},
				);
	}
}
