import { getEventListeners } from "node:events";
import { createServer, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Connections } from "../../../src/store/http/connections.ts";
import { failureOf } from "./failures.ts";
import {
	type Handler,
	originOf,
	serve,
	type TestServer,
	until,
} from "./http-server.ts";

const GET = { method: "GET", path: "/", headers: {} } as const;

let server: TestServer;
let connections: Connections;
let handle: Handler;

beforeEach(async () => {
	handle = (_request, response) => void response.end("ok");
	server = await serve((request, response) => handle(request, response));
	connections = new Connections(server.origin);
});
afterEach(async () => {
	await connections[Symbol.asyncDispose]();
	await server[Symbol.asyncDispose]();
});

describe("cancelling", () => {
	test("ends a request that waits for its answer, and frees the connection", async () => {
		handle = () => undefined;
		const controller = new AbortController();
		const { signal } = controller;
		const reason = new Error("cancelled");
		const requests = [
			connections.request({ ...GET, signal }),
			connections.stream({ ...GET, signal }),
		].map(failureOf);
		await until(() => server.requests.length === 2);
		controller.abort(reason);
		expect(await Promise.all(requests)).toEqual([reason, reason]);
		await until(() => server.open.size === 0);
		expect(server.open.size).toBe(0);
		handle = (_request, response) => void response.end("ok");
		expect((await connections.request(GET)).status).toBe(200);
	});

	test("ends a body midway, and frees the connection", async () => {
		handle = (_request, response) => {
			response.writeHead(200, { "content-length": 1000 });
			response.write("first");
		};
		const controller = new AbortController();
		const reason = new Error("cancelled");
		const { signal } = controller;
		const stream = await connections.stream({ ...GET, signal });
		const reading = failureOf(
			(async () => {
				for await (const _chunk of stream.chunks()) controller.abort(reason);
			})(),
		);
		expect(await reading).toBe(reason);
		await until(() => server.open.size === 0);
		expect(server.open.size).toBe(0);
	});

	test("ends a request whose connection is still being made", async () => {
		// It takes connections, and never answers the handshake.
		const sockets = new Set<Socket>();
		const silent = createServer((socket) => void sockets.add(socket));
		await new Promise<void>((resolve) =>
			silent.listen(0, "127.0.0.1", () => resolve()),
		);
		const origin = originOf(silent.address()).replace("http:", "https:");
		await using secure = new Connections(origin);
		const controller = new AbortController();
		const reason = new Error("cancelled");
		const { signal } = controller;
		const request = failureOf(secure.request({ ...GET, signal }));
		await until(() => sockets.size === 1);
		controller.abort(reason);
		const late = setTimeout(500, "it was not ended");
		expect(await Promise.race([request, late])).toBe(reason);
		for (const socket of sockets) socket.destroy();
		silent.close();
	});

	test("before a request makes none", async () => {
		const reason = new Error("cancelled");
		const signal = AbortSignal.abort(reason);
		expect(await failureOf(connections.request({ ...GET, signal }))).toBe(
			reason,
		);
		expect(await failureOf(connections.stream({ ...GET, signal }))).toBe(
			reason,
		);
		expect(server.accepted()).toBe(0);
	});

	test("again and again does not make the connections more (I8)", async () => {
		for (let round = 0; round < 20; round++) {
			handle = () => undefined;
			const controller = new AbortController();
			const { signal } = controller;
			const before = server.requests.length;
			const requests = Array.from({ length: 5 }, () =>
				failureOf(connections.request({ ...GET, signal })),
			);
			await until(() => server.requests.length === before + 5);
			controller.abort();
			await Promise.all(requests);
			handle = (_request, response) => void response.end("ok");
			await Promise.all(
				Array.from({ length: 5 }, () => connections.request(GET)),
			);
			await until(() => server.open.size <= 5);
			expect(server.open.size).toBeLessThanOrEqual(5);
		}
	});

	test("leaves no listener on the signal, after 10,000 requests either (I8)", async () => {
		const { signal } = new AbortController();
		const listeners = () => getEventListeners(signal, "abort").length;
		let most = 0;
		const worker = async () => {
			for (let count = 0; count < 625; count++) {
				await connections.request({ ...GET, signal });
				most = Math.max(most, listeners());
			}
		};
		await Promise.all(Array.from({ length: 16 }, worker));
		expect(server.requests).toHaveLength(10_000);
		expect(most).toBeLessThanOrEqual(1);
		expect(listeners()).toBe(0);
	});
});

describe("a streamed body", () => {
	test("that is given up midway frees its connection, again and again", async () => {
		handle = (_request, response) => {
			response.writeHead(200, { "content-length": 10_000_000 });
			response.write(Buffer.alloc(100_000));
		};
		for (let round = 0; round < 10; round++) {
			const stream = await connections.stream(GET);
			for await (const chunk of stream.chunks()) {
				expect(chunk.length).toBeGreaterThan(0);
				break;
			}
		}
		await until(() => server.open.size === 0);
		expect(server.open.size).toBe(0);
	});

	test("that is cancelled before it is read frees its connection", async () => {
		handle = (_request, response) => {
			response.writeHead(200, { "content-length": 10_000_000 });
			response.write("x");
		};
		const stream = await connections.stream(GET);
		stream.cancel();
		await until(() => server.open.size === 0);
		expect(server.open.size).toBe(0);
		await failureOf(Array.fromAsync(stream.chunks()));
	});

	test("that is read leaves its connection to the next request", async () => {
		for (let round = 0; round < 10; round++) {
			const stream = await connections.stream(GET);
			const chunks = await Array.fromAsync(stream.chunks());
			expect(Buffer.concat(chunks).toString()).toBe("ok");
		}
		expect(server.accepted()).toBe(1);
	});

	test("is sent no faster than it is read (I8)", async () => {
		let written = 0;
		const piece = Buffer.alloc(1024 * 1024);
		handle = async (_request, response) => {
			response.writeHead(200, { "content-length": 100 * piece.length });
			for (let count = 0; count < 100; count++) {
				if (!response.write(piece))
					await new Promise((resolve) => response.once("drain", resolve));
				written += piece.length;
			}
			response.end();
		};
		const stream = await connections.stream(GET);
		let read = 0;
		for await (const chunk of stream.chunks()) {
			if (read === 0) {
				await setTimeout(200);
				// What the kernel holds between the two comes on top of our own buffer.
				expect(written).toBeLessThan(20 * piece.length);
			}
			read += chunk.length;
		}
		expect(read).toBe(100 * piece.length);
	});
});
