import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** What listens where an S3 server was expected. */
export const ODD_SERVERS = {
	/** Answers everything with a page of its own. */
	website: () =>
		createHttpServer((_, response) => {
			response.setHeader("content-type", "text/html");
			response.end("<html><body><h1>Welcome!</h1></body></html>");
		}),
	/** Accepts connections, and closes them without a word. */
	closing: () => createServer((socket) => void socket.end()),
	/** Accepts connections, and says nothing. */
	silent: () => createServer(() => {}),
} as const;

/** A server that goes with the test. */
export async function oddServer(kind: keyof typeof ODD_SERVERS): Promise<{
	readonly server: Server;
	readonly endpoint: string;
}> {
	const server = ODD_SERVERS[kind]();
	const sockets = new Set<Socket>();
	server.on("connection", (socket) => {
		sockets.add(socket);
		// A client that goes away is no mistake of the test.
		socket.on("error", () => {});
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	onTestFinished(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	const address = server.address();
	if (address === null || typeof address === "string")
		throw new Error("it does not listen on a port");
	return { server, endpoint: `http://127.0.0.1:${address.port}` };
}
