import { once } from "node:events";
import { Agent, createServer } from "node:https";
import type { TLSSocket } from "node:tls";
import {
	afterEach,
	beforeEach,
	describe,
	expect,
	onTestFinished,
	test,
} from "vitest";
import { fetchOver } from "../../../src/store/http/fetch.ts";
import { Transport } from "../../../src/store/http/transport.ts";
import { Authority } from "./certificates.ts";
import {
	type Handler,
	originOf,
	serve,
	type TestServer,
} from "./http-server.ts";
import { trust } from "./trust.ts";

let server: TestServer;
let transport: Transport;
let handle: Handler;

beforeEach(async () => {
	handle = (_request, response) => void response.end("ok");
	server = await serve((request, response) => handle(request, response));
	transport = new Transport({});
});
afterEach(async () => {
	await transport[Symbol.asyncDispose]();
	await server[Symbol.asyncDispose]();
});

describe("fetch over a transport", () => {
	test("sends what it is given, and answers as fetch does", async () => {
		handle = (_request, response) => {
			response.writeHead(201, { "x-one": "1", "set-cookie": ["a", "b"] });
			response.end(JSON.stringify({ token: "t" }));
		};
		const response = await fetchOver(transport)(`${server.origin}/a%2Fb?c=d`, {
			method: "POST",
			headers: { "x-two": "2" },
			body: new URLSearchParams({ grant: "a b" }),
		});
		expect(response.status).toBe(201);
		expect(response.headers.get("x-one")).toBe("1");
		expect(response.headers.get("set-cookie")).toBe("a, b");
		expect(await response.json()).toEqual({ token: "t" });
		expect(server.requests[0]).toMatchObject({
			method: "POST",
			url: "/a%2Fb?c=d",
		});
		expect(server.requests[0]?.headers).toMatchObject({
			"x-two": "2",
			"content-type": expect.stringContaining(
				"application/x-www-form-urlencoded",
			),
		});
		expect(server.requests[0]?.body.toString()).toBe("grant=a+b");
	});

	test.each([204, 304])("answers %i without a body", async (status) => {
		handle = (_request, response) => void response.writeHead(status).end();
		const response = await fetchOver(transport)(server.origin);
		expect([response.status, response.body]).toEqual([status, null]);
	});

	test("can be cancelled", async () => {
		handle = () => undefined;
		const signal = AbortSignal.timeout(50);
		await expect(
			fetchOver(transport)(server.origin, { signal }),
		).rejects.toMatchObject({ name: "TimeoutError" });
	});

	test("shows the certificate that Google's library hands over in an agent", async () => {
		const authority = new Authority("test");
		trust(authority.cert);
		const secure = createServer(
			{
				...authority.certify(["127.0.0.1"]),
				ca: authority.cert,
				requestCert: true,
			},
			(request, response) => {
				const { subject } = (request.socket as TLSSocket).getPeerCertificate();
				response.end(String(subject?.CN));
			},
		);
		secure.listen(0, "127.0.0.1");
		await once(secure, "listening");
		onTestFinished(() => {
			secure.closeAllConnections();
			secure.close();
		});
		const origin = originOf(secure.address()).replace("http:", "https:");
		const agent = new Agent(authority.certify(["workload"]));
		const init: RequestInit & { agent: Agent } = { agent };
		const shown = await fetchOver(transport)(origin, init);
		expect(await shown.text()).toBe("workload");
		await expect(fetchOver(transport)(origin)).rejects.toThrow();
	});
});
