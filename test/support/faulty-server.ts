import { once } from "node:events";
import {
	Agent,
	createServer,
	type IncomingHttpHeaders,
	type IncomingMessage,
	type ServerResponse,
	request as sendRequest,
} from "node:http";
import { buffer } from "node:stream/consumers";

/** A request that came to a `FaultyServer`. */
export interface SeenRequest {
	readonly method: string;
	/** Encoded. */
	readonly path: string;
	readonly query: URLSearchParams;
	/** From 0, since the script was set. */
	readonly number: number;
}

/** What a server answers. */
export interface Answer {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Buffer;
}

/**
 * What becomes of a request, where it is not what should be. A body that is cut or stalls does so in its middle; of an
 * answer without one, nothing comes.
 */
export type Fault =
	/** The answer comes from here, and the server learns of nothing. */
	| { readonly answers: Answer }
	/** The connection is closed before the server learns of it. */
	| "cut before"
	/** The connection is closed while the body is sent; the server gets as much of it. */
	| "cut in the request"
	/** The server has done what it was asked; the connection is closed without an answer. */
	| "answer lost"
	/** The connection is closed in the midst of the answer. */
	| "cut in the answer"
	/** Nothing is answered, and nothing passed on. */
	| "stall"
	/** The answer comes to its middle, and no further. */
	| "stall in the answer"
	/** The body is changed on its way to the server. */
	| { readonly request: (body: Buffer) => Buffer }
	/** The answer is changed on its way back. */
	| { readonly answer: (answer: Answer) => Answer };

/** Says for each request what becomes of it; `undefined`: what should. */
export type FaultScript = (request: SeenRequest) => Fault | undefined;

/** Headers that say how a message is carried, not what it is. */
const CARRIAGE: ReadonlySet<string> = new Set([
	"connection",
	"keep-alive",
	"transfer-encoding",
	"content-length",
]);

/**
 * A server that passes everything on to another one, but for what a script says. The header Host is passed on too,
 * which is part of what is signed. Disposing of it ends every connection.
 */
export class FaultyServer implements AsyncDisposable {
	readonly #server = createServer((request, response) => {
		void this.#take(request, response);
	});
	readonly #agent = new Agent({ keepAlive: true });
	readonly #upstream: URL;
	readonly #underWay = new Set<Promise<unknown>>();
	#script: FaultScript = () => undefined;
	#requests: SeenRequest[] = [];

	private constructor(upstream: string) {
		this.#upstream = new URL(upstream);
	}

	/** `upstream` is the other server's origin. */
	static async start(upstream: string): Promise<FaultyServer> {
		const faulty = new FaultyServer(upstream);
		faulty.#server.listen(0, "127.0.0.1");
		await once(faulty.#server, "listening");
		return faulty;
	}

	get origin(): string {
		const address = this.#server.address();
		if (address === null || typeof address === "string")
			throw new Error("the server is closed");
		return `http://127.0.0.1:${address.port}`;
	}

	/** What has come since the script was set. */
	get requests(): readonly SeenRequest[] {
		return this.#requests;
	}

	/** From now on, this becomes of requests; without a script, they are passed on. Counts anew. */
	follow(script: FaultScript = () => undefined): void {
		this.#script = script;
		this.#requests = [];
	}

	/** Waits until the server has dealt with all that was passed on: a client that is gone may have left some. */
	async quiet(): Promise<void> {
		while (this.#underWay.size > 0) await Promise.all(this.#underWay);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#server.closeAllConnections();
		this.#server.close();
		await this.quiet();
		this.#agent.destroy();
	}

	async #take(
		request: IncomingMessage,
		response: ServerResponse,
	): Promise<void> {
		const { pathname, searchParams } = new URL(request.url ?? "/", "http://s");
		const seen = {
			method: request.method ?? "",
			path: pathname,
			query: searchParams,
			number: this.#requests.length,
		};
		this.#requests.push(seen);
		const fault = this.#script(seen);
		// A client that goes away is what many a fault is about.
		request.on("error", () => undefined);
		response.on("error", () => undefined);
		const done = this.#serve(request, response, fault).catch(() => {
			response.destroy();
		});
		this.#underWay.add(done);
		await done;
		this.#underWay.delete(done);
	}

	async #serve(
		request: IncomingMessage,
		response: ServerResponse,
		fault: Fault | undefined,
	): Promise<void> {
		if (fault === "cut before") {
			request.socket.destroy();
			return;
		}
		if (fault === "cut in the request") {
			await this.#cutIn(request);
			return;
		}
		const sent = await buffer(request);
		if (fault === "stall") return;
		if (typeof fault === "object" && "answers" in fault) {
			give(response, request.method, fault.answers);
			return;
		}
		const isChanged = typeof fault === "object" && "request" in fault;
		const answer = await this.#ask(
			request,
			isChanged ? fault.request(sent) : sent,
		);
		if (fault === "answer lost") request.socket.destroy();
		else if (fault === "cut in the answer" || fault === "stall in the answer") {
			await giveHalf(response, answer);
			if (fault === "cut in the answer") request.socket.destroy();
		} else if (typeof fault === "object" && "answer" in fault)
			give(response, request.method, fault.answer(answer));
		else give(response, request.method, answer);
	}

	async #ask(request: IncomingMessage, body: Buffer): Promise<Answer> {
		const upstream = this.#request(request);
		upstream.end(body);
		const [answer]: IncomingMessage[] = await once(upstream, "response");
		if (answer === undefined) throw new Error("no answer");
		return {
			status: answer.statusCode ?? 502,
			headers: answer.headers,
			body: await buffer(answer),
		};
	}

	/** Passes on as much of the body as has come first, and closes both connections. */
	async #cutIn(request: IncomingMessage): Promise<void> {
		const upstream = this.#request(request);
		upstream.on("error", () => undefined);
		for await (const chunk of request) {
			const half: Buffer = chunk.subarray(0, chunk.length / 2);
			await new Promise((resolve) => upstream.write(half, resolve));
			break;
		}
		upstream.destroy();
		request.socket.destroy();
	}

	#request({ method, url = "/", headers }: IncomingMessage) {
		const {
			connection: _kept,
			"transfer-encoding": _chunked,
			...rest
		} = headers;
		return sendRequest(new URL(url, this.#upstream), {
			agent: this.#agent,
			method,
			headers: rest,
		});
	}
}

function give(
	response: ServerResponse,
	method: string | undefined,
	{ status, headers, body }: Answer,
): void {
	const length =
		method === "HEAD" ? headers["content-length"] : String(body.length);
	response.writeHead(status, {
		...carried(headers),
		...(length === undefined || status === 204
			? {}
			: { "content-length": length }),
	});
	response.end(body);
}

async function giveHalf(
	response: ServerResponse,
	{ status, headers, body }: Answer,
): Promise<void> {
	if (body.length < 2) return;
	response.writeHead(status, {
		...carried(headers),
		"content-length": String(body.length),
	});
	const half = body.subarray(0, body.length / 2);
	await new Promise((resolve) => response.write(half, resolve));
}

function carried(headers: IncomingHttpHeaders): IncomingHttpHeaders {
	return Object.fromEntries(
		Object.entries(headers).filter(([name]) => !CARRIAGE.has(name)),
	);
}
