import {
	createServer,
	type IncomingMessage,
	type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";

/** A request as it arrived. */
export interface Arrived {
	readonly method: string;
	/** Path and query, as they were spelled. */
	readonly url: string;
	readonly path: string;
	readonly query: URLSearchParams;
	readonly headers: IncomingMessage["headers"];
	readonly body: Buffer;
	/** From 0, over all requests. */
	readonly number: number;
	readonly socket: Socket;
}

export type Handler = (
	request: Arrived,
	response: ServerResponse,
) => void | Promise<void>;

/** A server on loopback that does what a test says, and counts connections. */
export interface TestServer extends AsyncDisposable {
	readonly origin: string;
	readonly requests: readonly Arrived[];
	/** Connections that are open now. */
	readonly open: ReadonlySet<Socket>;
	/** Connections that were ever made. */
	accepted(): number;
}

/** Starts the server; the test disposes of it. */
export async function serve(handle: Handler): Promise<TestServer> {
	const requests: Arrived[] = [];
	const open = new Set<Socket>();
	let accepted = 0;
	const server = createServer({ keepAlive: true });
	server.on("connection", (socket: Socket) => {
		accepted++;
		open.add(socket);
		socket.on("close", () => open.delete(socket));
	});
	server.on("request", async (incoming, response) => {
		const { method = "", url = "", headers, socket } = incoming;
		const number = requests.length;
		const parsed = new URL(url, "http://server");
		const body = await buffer(incoming).catch(() => undefined);
		if (body === undefined) return;
		const request = {
			method,
			url,
			path: parsed.pathname,
			query: parsed.searchParams,
			headers,
			body,
			number,
			socket,
		};
		requests.push(request);
		await handle(request, response);
	});
	await new Promise<void>((resolve) =>
		server.listen(0, "127.0.0.1", () => resolve()),
	);
	return {
		origin: originOf(server.address()),
		requests,
		open,
		accepted: () => accepted,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** Where a server listens on loopback. */
export function originOf(address: AddressInfo | string | null): string {
	if (address === null || typeof address === "string")
		throw new Error("the server does not listen on a port");
	return `http://127.0.0.1:${address.port}`;
}

/** Waits until it holds, for a second at most. */
export async function until(holds: () => boolean): Promise<void> {
	for (let waited = 0; !holds() && waited < 1000; waited += 5)
		await setTimeout(5);
}
