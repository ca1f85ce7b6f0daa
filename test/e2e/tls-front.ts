import { once } from "node:events";
import {
	Agent,
	type IncomingMessage,
	type ServerResponse,
	request as sendRequest,
} from "node:http";
import { createServer } from "node:https";
import { pipeline } from "node:stream/promises";
import { onTestFinished } from "vitest";
import type { Certificate } from "../store/http/certificates.ts";

/** The run's S3 server behind TLS: what a reverse proxy in front of it makes of it. */
export interface TlsFront {
	/** `127.0.0.1:PORT` */
	readonly host: string;
	/** How many requests came. */
	requests(): number;
}

/** Puts TLS before a server of plain HTTP, until the test has finished. */
export async function tlsFront(
	upstream: string,
	certificate: Certificate,
): Promise<TlsFront> {
	const agent = new Agent({ keepAlive: true });
	let requests = 0;
	const server = createServer(certificate, (request, response) => {
		requests++;
		void pass(request, response, upstream, agent);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
		agent.destroy();
	});
	const address = server.address();
	if (address === null || typeof address === "string")
		throw new Error("it does not listen on a port");
	return { host: `127.0.0.1:${address.port}`, requests: () => requests };
}

async function pass(
	request: IncomingMessage,
	response: ServerResponse,
	upstream: string,
	agent: Agent,
): Promise<void> {
	// With its headers as they are: the host is part of what was signed.
	const { method, headers } = request;
	const url = new URL(request.url ?? "/", upstream);
	const sent = sendRequest(url, { agent, method, headers });
	const answered = once(sent, "response");
	try {
		await Promise.all([pipeline(request, sent), answered]);
		const [answer]: IncomingMessage[] = await answered;
		if (answer === undefined) return;
		response.writeHead(answer.statusCode ?? 502, answer.headers);
		await pipeline(answer, response);
	} catch {
		response.destroy();
	}
}
