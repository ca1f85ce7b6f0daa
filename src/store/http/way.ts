import { isIP, type Socket } from "node:net";
import type { buildConnector as Connector } from "undici";
import type { ResponseHeaders } from "./exchange.ts";
import { hostOf } from "./no-proxy.ts";
import type { ProxyServer } from "./proxy.ts";
import { ProxyError } from "./proxy-error.ts";
import { buildConnector, Client, connect as connectTo } from "./undici.ts";

/** How long making a connection may take (ms); through a proxy, each of its steps. */
const CONNECT_MS = 10_000;

/** What a server must show, and what is shown to it. */
export interface TlsOptions {
	/** Whether the server must prove who it is; default true. */
	readonly verifiesServer?: boolean | undefined;
	/** A certificate and its key, both PEM, for servers that ask who we are. */
	readonly certificate?:
		| { readonly cert: string; readonly key: string }
		| undefined;
}

/** The way to a server. */
export interface Way {
	/** The origin that connections are made to. */
	readonly origin: string;
	readonly connect: Connector.connector;
	/** Where the proxy sends the requests on: what they need for that. */
	readonly forwarding: Forwarding | undefined;
}

/** What is added to a request that a proxy sends on. */
interface Forwarding {
	/** Comes before the path. */
	readonly prefix: string;
	readonly headers: Readonly<Record<string, string>>;
	/** What to fail with; `undefined` when the answer is the server's. */
	readonly refusal: (
		status: number,
		headers: ResponseHeaders,
	) => ProxyError | undefined;
}

/**
 * The way to an origin: straight there, or through a proxy as curl and Go take it, since that is what proxies are
 * configured for: to an https origin in a tunnel (CONNECT), to an http origin by requests with the whole URL in them.
 */
export function wayTo(
	origin: string,
	proxy: ProxyServer | undefined,
	tls: TlsOptions = {},
): Way {
	const connect = connector(tls);
	if (proxy === undefined) return { origin, connect, forwarding: undefined };
	const url = new URL(origin);
	if (url.protocol === "https:")
		return {
			origin,
			connect: throughTunnel(proxy, connect),
			forwarding: undefined,
		};
	const headers = { host: url.host, ...authorization(proxy) };
	return {
		origin: proxy.origin,
		connect: toProxy(proxy),
		forwarding: {
			prefix: url.origin,
			headers,
			refusal: (status, headers) =>
				isProxys(status, headers)
					? ProxyError.refused(proxy, url.host, status)
					: undefined,
		},
	};
}

/**
 * Whether an answer to a request that a proxy was to send on is its own. Only the first row is certain; but no store
 * explains itself in HTML, and every proxy does.
 *
 * | status             | content type | whose        |
 * | ------------------ | ------------ | ------------ |
 * | 407                | any          | the proxy's  |
 * | 403, 502, 503, 504 | HTML         | the proxy's  |
 * | anything else      |              | the server's |
 */
function isProxys(status: number, headers: ResponseHeaders): boolean {
	if (status === 407) return true;
	const type = String(headers["content-type"] ?? "");
	return /^text\/html\b/i.test(type) && [403, 502, 503, 504].includes(status);
}

/** Made once for all connections to a server, so that they can resume one another's TLS session. */
function connector({
	verifiesServer = true,
	certificate,
}: TlsOptions = {}): Connector.connector {
	return buildConnector({
		timeout: CONNECT_MS,
		// One request at a time has a connection to itself, so HTTP/2 could only cost.
		allowH2: false,
		...(verifiesServer ? {} : { rejectUnauthorized: false }),
		...certificate,
	});
}

function toProxy(proxy: ProxyServer): Connector.connector {
	const connect = connector();
	const host = hostOf(new URL(proxy.origin));
	// undici would ask for the name in the header Host.
	const servername = isIP(host) === 0 ? { servername: host } : {};
	return ({ servername: _, ...options }, callback) =>
		connect({ ...options, ...servername }, (...[error, socket]) =>
			error === null
				? callback(null, socket)
				: callback(ProxyError.unreachable(proxy, error), null),
		);
}

function throughTunnel(
	proxy: ProxyServer,
	connect: Connector.connector,
): Connector.connector {
	const connectProxy = toProxy(proxy);
	return (options, callback) => {
		openTunnel(proxy, connectProxy, authorityOf(options)).then(
			(httpSocket) => connect({ ...options, httpSocket }, callback),
			(error: Error) => callback(error, null),
		);
	};
}

/** Has the proxy make a connection. Rejects with a `ProxyError`. */
async function openTunnel(
	proxy: ProxyServer,
	connect: Connector.connector,
	authority: string,
): Promise<Socket> {
	const client = new Client(proxy.origin, {
		connect,
		headersTimeout: CONNECT_MS,
	});
	try {
		const { statusCode, socket } = await connectTo.call(client, {
			path: authority,
			headers: { host: authority, ...authorization(proxy) },
		});
		if (statusCode >= 200 && statusCode < 300) return socket as Socket;
		socket.on("error", () => undefined).destroy();
		throw ProxyError.refused(proxy, authority, statusCode);
	} catch (error) {
		if (error instanceof ProxyError || !(error instanceof Error)) throw error;
		throw ProxyError.unreachable(proxy, error);
	} finally {
		// The tunnel is no longer its own.
		void client.destroy();
	}
}

function authorityOf({ hostname, port }: Connector.Options): string {
	const host = isIP(hostname) === 6 ? `[${hostname}]` : hostname;
	return `${host}:${port || 443}`;
}

function authorization({
	authorization: value,
}: ProxyServer): Readonly<Record<string, string>> {
	return value === undefined ? {} : { "proxy-authorization": value };
}
