import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
	answerTimeoutMs,
	Connections,
	SILENCE_MS,
} from "../../../src/store/http/connections.ts";
import { fromThrown } from "../../../src/store/s3/errors.ts";
import { expectUnavailable, failureOf } from "./failures.ts";
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

async function readAll(): Promise<Buffer> {
	const stream = await connections.stream(GET);
	return Buffer.concat(await Array.fromAsync(stream.chunks()));
}

describe("connections", () => {
	test("are used again, the last one first", async () => {
		await Promise.all([1, 2, 3].map(() => connections.request(GET)));
		for (let count = 0; count < 20; count++) await connections.request(GET);
		expect(server.accepted()).toBe(3);
		expect(
			new Set(server.requests.slice(3).map(({ socket }) => socket)).size,
		).toBe(1);
	});

	test.each([["keep-alive"], ["close"]])(
		"that break in the middle of an answer (%s) make it fail, gathered or streamed",
		async (connection) => {
			handle = (_request, response) => {
				response.writeHead(200, { "content-length": 100, connection });
				response.write("0123456789", () => response.socket?.end());
			};
			await expectUnavailable(connections.request(GET));
			await expectUnavailable(readAll());
		},
	);

	test("that are reset make requests fail, before and in the middle of an answer", async () => {
		handle = (_request, response) => void response.socket?.resetAndDestroy();
		await expectUnavailable(connections.request(GET));
		handle = (_request, response) => {
			response.writeHead(200, { "content-length": 100 });
			response.write("0123456789", () => response.socket?.resetAndDestroy());
		};
		await expectUnavailable(connections.request(GET));
		await expectUnavailable(readAll());
	});

	test("work again after they broke", async () => {
		let count = 0;
		handle = (_request, response) => {
			if (count++ % 2 === 0) response.socket?.destroy();
			else response.end("ok");
		};
		for (let round = 0; round < 10; round++) {
			await expectUnavailable(connections.request(GET));
			expect((await connections.request(GET)).body.toString()).toBe("ok");
		}
		expect(server.open.size).toBeLessThanOrEqual(1);
	});

	test("that the server closed while they were idle are not used", async () => {
		for (let round = 0; round < 5; round++) {
			expect((await connections.request(GET)).status).toBe(200);
			for (const socket of server.open) socket.end();
			await until(() => server.open.size === 0);
		}
		expect(server.accepted()).toBe(5);
	});

	test("pass interim answers over", async () => {
		handle = async (_request, response) => {
			response.writeProcessing();
			response.writeEarlyHints({ link: "</a>; rel=preload" });
			await setTimeout(20);
			response.writeHead(201, { "x-final": "yes" });
			response.end("ok");
		};
		expect(await connections.request(GET)).toMatchObject({
			status: 201,
			headers: { "x-final": "yes" },
		});
		const stream = await connections.stream(GET);
		expect(stream).toMatchObject({
			status: 201,
			headers: { "x-final": "yes" },
		});
		stream.cancel();
	});

	test("are refused after closing, and not made anew", async () => {
		await connections.request(GET);
		await connections[Symbol.asyncDispose]();
		await until(() => server.open.size === 0);
		await failureOf(connections.request(GET));
		await failureOf(connections.stream(GET));
		expect(server.accepted()).toBe(1);
		expect(server.open.size).toBe(0);
	});

	test("that are closed end what is under way", async () => {
		handle = () => undefined;
		const requests = [connections.request(GET), connections.stream(GET)];
		const failures = Promise.all(requests.map(failureOf));
		await until(() => server.requests.length === 2);
		await connections[Symbol.asyncDispose]();
		expect(await failures).toHaveLength(2);
	});
});

describe("what answers", () => {
	test.each([
		["garbage", "+OK POP3 ready\r\n"],
		["nothing, and hangs up", ""],
		["a header that is none", "HTTP/1.1 200 OK\r\nno header\r\n\r\n"],
		["a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"],
	])("with %s may answer otherwise the next time", async (_what, text) => {
		const mute = createServer((socket) => {
			socket.on("error", () => undefined);
			socket.once("data", () => socket.end(text));
		});
		await new Promise<void>((resolve) =>
			mute.listen(0, "127.0.0.1", () => resolve()),
		);
		await using other = new Connections(originOf(mute.address()));
		await expectUnavailable(other.request(GET));
		mute.close();
	});

	test("without TLS where it is expected is told from a lost connection", async () => {
		await using secure = new Connections(
			server.origin.replace("http:", "https:"),
		);
		const error = fromThrown(await failureOf(secure.request(GET)), {
			store: "s3://reg",
			operation: "get",
		});
		expect(error.message).toContain("does not speak TLS");
	});

	test("to a body is waited for longer than to none", () => {
		expect(answerTimeoutMs(0)).toBe(SILENCE_MS);
		// 8 MiB, a part: longer than a line of half a megabit per second takes for it.
		expect(answerTimeoutMs(8 * 1024 * 1024)).toBeGreaterThan(
			SILENCE_MS + (8 * 1024 * 1024 * 8) / 500,
		);
	});
});
