import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { buffer, text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
	type DelayingProxy,
	startDelayingProxy,
} from "../../scripts/bench/latency/delaying-proxy.ts";

const ROUND_TRIP_MS = 60;

describe("a delaying proxy", () => {
	let server: Server;
	let proxy: DelayingProxy;
	let serve: (socket: Socket) => void;

	beforeEach(async () => {
		serve = (socket) => socket.pipe(socket);
		server = createServer({ allowHalfOpen: true }, (socket) => {
			socket.on("error", () => {});
			serve(socket);
		});
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		const address = server.address();
		const port = typeof address === "object" ? address?.port : undefined;
		proxy = await startDelayingProxy(port ?? 0, ROUND_TRIP_MS);
	});

	afterEach(async () => {
		await proxy[Symbol.asyncDispose]();
		server.close();
	});

	async function connected(): Promise<Socket> {
		const socket = connect({
			port: proxy.port,
			host: "127.0.0.1",
			allowHalfOpen: true,
		});
		socket.on("error", () => {});
		await once(socket, "connect");
		return socket;
	}

	async function roundTripMs(socket: Socket): Promise<number> {
		const started = performance.now();
		socket.write("ping");
		await once(socket, "data");
		return performance.now() - started;
	}

	test("adds a round trip to every exchange, and another to the first on a connection", async () => {
		const socket = await connected();
		const first = await roundTripMs(socket);
		const later = [
			await roundTripMs(socket),
			await roundTripMs(socket),
			await roundTripMs(socket),
		];
		socket.destroy();
		expect(first).toBeGreaterThanOrEqual(2 * ROUND_TRIP_MS - 5);
		const least = Math.min(...later);
		expect(least).toBeGreaterThanOrEqual(ROUND_TRIP_MS - 5);
		// Of several, and generous: other work runs on the machine.
		expect(least).toBeLessThan(ROUND_TRIP_MS + 50);
	});

	test("does not let exchanges wait for each other", async () => {
		const sockets = await Promise.all(Array.from({ length: 20 }, connected));
		await Promise.all(sockets.map(roundTripMs));
		const started = performance.now();
		await Promise.all(sockets.map(roundTripMs));
		// A quarter of what they would take one after the other.
		expect(performance.now() - started).toBeLessThan(5 * ROUND_TRIP_MS);
		for (const socket of sockets) socket.destroy();
	});

	test("keeps bytes and their order, and passes on the end, each way by itself", async () => {
		const sent = Buffer.from(
			Uint32Array.from({ length: 2 ** 21 }, (_, index) => index).buffer,
		);
		const socket = await connected();
		for (let start = 0; start < sent.length; start += 100_003)
			socket.write(sent.subarray(start, start + 100_003));
		socket.end();
		expect((await buffer(socket)).equals(sent)).toBe(true);
	});

	test("does not read what the receiver does not take", async () => {
		serve = (socket) => socket.pause();
		const socket = await connected();
		const chunk = Buffer.alloc(2 ** 20);
		let taken = 0;
		const pump = () => {
			while (taken < 256 && socket.write(chunk, () => taken++)) {
				// Until it is full.
			}
		};
		socket.on("drain", pump);
		pump();
		await new Promise((resolve) => setTimeout(resolve, 500));
		// A few mebibytes under way, and what the kernel keeps for four sockets.
		expect(taken).toBeLessThan(64);
		socket.destroy();
	});

	test("closes the connection when the target closes it", async () => {
		serve = (socket) => socket.destroy();
		const socket = await connected();
		await expect(text(socket)).resolves.toBe("");
		socket.destroy();
	});
});
