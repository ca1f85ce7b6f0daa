import type { Environment } from "../environment.ts";
import { Connections, type HttpRequest } from "./connections.ts";
import type { HttpResponse } from "./exchange.ts";
import { proxyFor } from "./proxy.ts";
import type { TlsOptions } from "./way.ts";

/** A request to any server. */
export interface OriginRequest extends HttpRequest {
	/** Scheme, host and port. */
	readonly origin: string;
}

/**
 * How all requests of one store leave this process, those of the data plane and those by which the clouds' libraries
 * find credentials alike: through the proxies that the environment names (`proxyFor`), trusting the authorities that
 * the process trusts. Disposing ends every connection.
 */
export class Transport implements AsyncDisposable {
	readonly #environment: Environment;
	readonly #silenceMs: number | undefined;
	readonly #all = new Set<Connections>();
	readonly #kept = new Map<string, Connections>();
	#unverified: string | undefined;

	/** An empty environment names no proxies. `silenceMs` is how long a server may be silent; default 60,000. */
	constructor(environment: Environment, silenceMs?: number) {
		this.#environment = environment;
		this.#silenceMs = silenceMs;
	}

	/**
	 * From now on the certificates of a server, and of hosts below its name, are not looked at. Those of the servers that
	 * credentials come from are, whatever the store's URL says.
	 */
	leaveUnverified(origin: string): void {
		this.#unverified = new URL(origin).hostname;
	}

	/** Connections to an origin, for requests that are many. */
	connections(origin: string, tls: TlsOptions = {}): Connections {
		const connections = new Connections(origin, {
			proxy: () => proxyFor(origin, this.#environment),
			verifiesServer: !this.#isUnverified(origin),
			silenceMs: this.#silenceMs,
			...tls,
		});
		this.#all.add(connections);
		return connections;
	}

	/** Sends a request to any server, for requests that are few. Rejects only when there is no answer. */
	request(request: OriginRequest, tls?: TlsOptions): Promise<HttpResponse> {
		const { origin } = request;
		// Who shows a certificate does it seldom, and may show another the next time.
		if (tls !== undefined)
			return this.connections(origin, tls).request(request);
		const kept = this.#kept.get(origin) ?? this.connections(origin);
		this.#kept.set(origin, kept);
		return kept.request(request);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all([...this.#all].map((one) => one[Symbol.asyncDispose]()));
	}

	#isUnverified(origin: string): boolean {
		const { hostname } = new URL(origin);
		return (
			this.#unverified !== undefined &&
			(hostname === this.#unverified ||
				hostname.endsWith(`.${this.#unverified}`))
		);
	}
}
