import { once } from "node:events";
import {
	createServer,
	type IncomingMessage,
	type Server,
	type ServerResponse,
	STATUS_CODES,
	request as sendHttp,
} from "node:http";
import {
	createServer as createTlsServer,
	request as sendHttps,
} from "node:https";
import type { Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createSecureContext, TLSSocket } from "node:tls";
import { Authority, type Certificate } from "./certificates.ts";
import { originOf } from "./http-server.ts";

/** A request that came through the proxy. */
export interface Proxied {
	readonly method: string;
	readonly url: URL;
	readonly headers: IncomingMessage["headers"];
	readonly body: Buffer;
	/** Whether it came in a tunnel, or with its whole URL. */
	readonly isTunnelled: boolean;
}

interface Answer {
	readonly contentType: string;
	readonly body: string;
}

export interface ProxyOptions {
	/** Where hosts (`name:port`) really are, as `127.0.0.1:port`; others are where they say. */
	readonly hosts?: Readonly<Record<string, string>> | undefined;
	/** Authorities whose servers it connects to (PEM). */
	readonly trusts?: string | undefined;
	/** `user:password`; without them it answers 407. */
	readonly credentials?: string | undefined;
	/** A status to answer everything with. */
	readonly refusesWith?: number | undefined;
	/** Answers in the server's place; what it gives no answer to is sent on. */
	readonly answer?: ((request: Proxied) => Answer | undefined) | undefined;
	/** Its own certificate; then it is an https proxy. */
	readonly certificate?: Certificate | undefined;
}

/**
 * A proxy that opens TLS, as companies have them: to the client it shows certificates of an authority of its own, made
 * as they are needed, and it notes and sends on what it reads. It believes nobody whom it does not know.
 */
export class InspectingProxy implements AsyncDisposable {
	readonly requests: Proxied[] = [];
	/** `host:port` of every tunnel that was asked for. */
	readonly tunnels: string[] = [];
	readonly #authority = new Authority("inspecting proxy");
	readonly #options: ProxyOptions;
	readonly #server: Server;
	/** Takes the connections that were tunnels. */
	readonly #inside = createServer();
	readonly #destinations = new WeakMap<object, string>();
	readonly #sockets = new Set<Socket>();

	private constructor(options: ProxyOptions) {
		this.#options = options;
		this.#server =
			options.certificate === undefined
				? createServer()
				: createTlsServer(options.certificate);
		this.#server.on("connection", (socket: Socket) => {
			this.#sockets.add(socket);
			socket.on("close", () => this.#sockets.delete(socket));
		});
		this.#server.on("request", (request, response) => {
			void this.#forward(request, response, request.url ?? "", false);
		});
		this.#server.on("connect", (request: IncomingMessage, socket: Socket) =>
			this.#tunnel(request, socket),
		);
		this.#inside.on("request", (request, response) => {
			const destination = this.#destinations.get(request.socket) ?? "";
			const url = `https://${destination}${request.url}`;
			void this.#forward(request, response, url, true);
		});
	}

	static async start(options: ProxyOptions = {}): Promise<InspectingProxy> {
		const proxy = new InspectingProxy(options);
		proxy.#server.listen(0, "127.0.0.1");
		await once(proxy.#server, "listening");
		return proxy;
	}

	/** As it is written into HTTPS_PROXY. */
	get url(): string {
		const origin = originOf(this.#server.address());
		return this.#options.certificate === undefined
			? origin
			: origin.replace("http:", "https:");
	}

	/** The certificate of the authority that signs what it shows, PEM. */
	get cert(): string {
		return this.#authority.cert;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		this.#server.close();
		await once(this.#server, "close");
	}

	/** The status with which the proxy answers for itself. */
	#refusal(request: IncomingMessage): number | undefined {
		const { credentials, refusesWith } = this.#options;
		if (credentials === undefined) return refusesWith;
		const expected = `Basic ${Buffer.from(credentials).toString("base64")}`;
		return request.headers["proxy-authorization"] === expected
			? refusesWith
			: 407;
	}

	#tunnel(request: IncomingMessage, socket: Socket): void {
		const destination = request.url ?? "";
		this.tunnels.push(destination);
		socket.on("error", () => undefined);
		const refusal = this.#refusal(request);
		if (refusal !== undefined) {
			socket.end(
				`HTTP/1.1 ${refusal} ${STATUS_CODES[refusal]}\r\nContent-Length: 0\r\n\r\n`,
			);
			return;
		}
		socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
		const host = destination.replace(/:\d+$/, "").replaceAll(/[[\]]/g, "");
		const secure = new TLSSocket(socket, {
			isServer: true,
			secureContext: createSecureContext(this.#authority.certify([host])),
		});
		secure.on("error", () => undefined);
		this.#destinations.set(secure, destination);
		this.#inside.emit("connection", secure);
	}

	/** Notes a request, sends it on and the answer back. */
	async #forward(
		request: IncomingMessage,
		response: ServerResponse,
		text: string,
		isTunnelled: boolean,
	): Promise<void> {
		const refusal = isTunnelled ? undefined : this.#refusal(request);
		const url = URL.parse(text);
		const body = await buffer(request);
		if (refusal !== undefined || url === null) {
			response.writeHead(refusal ?? 400, { "content-type": "text/html" });
			response.end("<h1>Refused</h1>");
			return;
		}
		const { method = "", headers } = request;
		const proxied = { method, url, headers, body, isTunnelled };
		this.requests.push(proxied);
		const answer = this.#options.answer?.(proxied);
		if (answer !== undefined) {
			response.setHeader("content-type", answer.contentType).end(answer.body);
			return;
		}
		const isSecure = url.protocol === "https:";
		const port = url.port || (isSecure ? "443" : "80");
		const place = this.#options.hosts?.[`${url.hostname}:${port}`];
		const [host, placePort] = (place ?? `${url.hostname}:${port}`).split(
			/:(?=\d+$)/,
		);
		const upstream = (isSecure ? sendHttps : sendHttp)({
			host,
			port: placePort,
			method,
			path: `${url.pathname}${url.search}`,
			headers,
			...(isSecure
				? { ca: this.#options.trusts, servername: url.hostname }
				: {}),
		});
		try {
			const answered = once(upstream, "response");
			upstream.end(body);
			const [answer]: IncomingMessage[] = await answered;
			if (answer === undefined) return;
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			await pipeline(answer, response);
		} catch {
			if (response.headersSent) response.destroy();
			else response.writeHead(502).end();
		}
	}
}
