import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { delayLine } from "./delay-line.ts";

/** A proxy that listens. */
export interface DelayingProxy extends AsyncDisposable {
	/** On 127.0.0.1. */
	readonly port: number;
}

/**
 * Listens on a free loopback port and passes every connection on to another, as if there were a round trip of so many
 * milliseconds on the way: half of it each way, and one for a connection to come about. It has no limit of bandwidth.
 */
export async function startDelayingProxy(
	targetPort: number,
	roundTripMs: number,
): Promise<DelayingProxy> {
	const sockets = new Set<Socket>();
	const keep = (socket: Socket, other: Socket) => {
		sockets.add(socket);
		socket.setNoDelay(true);
		// Reset by either side: the other side is told so, at once.
		socket.on("error", () => other.destroy());
		socket.on("close", () => {
			sockets.delete(socket);
			if (!socket.readableEnded) other.destroy();
		});
	};
	const server = createServer({ allowHalfOpen: true }, (client) => {
		const target = connect({
			port: targetPort,
			host: "127.0.0.1",
			allowHalfOpen: true,
		});
		keep(client, target);
		keep(target, client);
		// The kernel has accepted it by now; over a long way, nothing could have been said for a round trip.
		const connectedMs = performance.now() + roundTripMs;
		const oneWayMs = roundTripMs / 2;
		delayLine(client, target, oneWayMs, connectedMs + oneWayMs);
		delayLine(target, client, oneWayMs);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	if (typeof address !== "object" || address === null)
		throw new Error("the proxy has no port");
	return {
		port: address.port,
		async [Symbol.asyncDispose]() {
			server.close();
			for (const socket of sockets) socket.destroy();
			await once(server, "close");
		},
	};
}
