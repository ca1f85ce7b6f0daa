import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Plane } from "../../../src/store/s3/plane.ts";
import type { Credentials } from "../../../src/store/s3/signer.ts";
import { expectCode, sha256 } from "../../conformance/objects.ts";
import { failureOf } from "../http/failures.ts";
import {
	type Handler,
	serve,
	type TestServer,
	until,
} from "../http/http-server.ts";
import { refuse } from "./scripted-s3.ts";
import { smithyAuthorization } from "./signer-oracle.ts";

const ABOUT = { store: "s3://reg", operation: "put", key: "a" };
const REGION = "eu-west-1";
const CREDENTIALS = { accessKeyId: "AKIA1", secretAccessKey: "s1" };

let server: TestServer;
let handle: Handler;
let provider: () => Promise<Credentials>;
let plane: Plane;

beforeEach(async () => {
	handle = (_request, response) => void response.end("ok");
	server = await serve((request, response) => handle(request, response));
	provider = async () => CREDENTIALS;
	const { origin } = server;
	plane = new Plane({ origin, path: "/reg" }, REGION, () => provider());
});
afterEach(async () => {
	vi.useRealTimers();
	await plane[Symbol.asyncDispose]();
	await server[Symbol.asyncDispose]();
});

describe("a request to the bucket", () => {
	test("goes over the wire as it was signed", async () => {
		const body = Buffer.from("content");
		const key = "a b/ü+%20/😀/(1)!'*";
		const query = { uploadId: "1/2+3=", partNumber: "7" };
		vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 1, 3) });
		const headers = { "content-type": "application/octet-stream" };
		await plane.request({ method: "PUT", key, query, headers, body }, ABOUT);
		const [request] = server.requests;
		expect(request?.url).toBe(
			"/reg/a%20b/%C3%BC%2B%2520/%F0%9F%98%80/%281%29%21%27%2A?partNumber=7&uploadId=1%2F2%2B3%3D",
		);
		const expected = await smithyAuthorization(
			{
				method: "PUT",
				key,
				query,
				headers: { ...headers, host: new URL(server.origin).host },
				payloadHash: sha256(body),
			},
			new URL(request?.url ?? "", server.origin).pathname,
			CREDENTIALS,
			REGION,
			Date.now(),
		);
		expect(request?.headers.authorization).toBe(expected);
		expect(request?.headers["x-amz-content-sha256"]).toBe(sha256(body));
		expect(request?.body).toEqual(body);
	});

	test("to no key is one to the bucket itself", async () => {
		await plane.request({ method: "GET", key: "", query: { a: "" } }, ABOUT);
		expect(server.requests[0]?.url).toBe("/reg?a=");
	});

	test.each([
		["a/../b", "/reg/a/../b"],
		["a//b", "/reg/a//b"],
		["a/./b", "/reg/a/./b"],
		["a/", "/reg/a/"],
	])("to the key %j is not normalised", async (key, url) => {
		await plane.request({ method: "GET", key }, ABOUT);
		expect(server.requests[0]?.url).toBe(url);
	});

	test("whose status is accepted resolves with it", async () => {
		handle = (_request, response) => void response.writeHead(404).end();
		const request = { method: "HEAD", key: "a" } as const;
		expect(await plane.request(request, ABOUT, [404])).toMatchObject({
			status: 404,
		});
		await expectCode(plane.request(request, ABOUT), "unknown");
	});

	test.each(["request", "stream"] as const)(
		"(%s) that is refused rejects with what the body says, and leaves its connection",
		async (call) => {
			handle = (_request, response) => refuse(response, 503, "SlowDown");
			for (let round = 0; round < 3; round++)
				await expectCode(
					plane[call]({ method: "GET", key: "a" }, ABOUT),
					"throttled",
				);
			expect(server.accepted()).toBe(1);
		},
	);

	test("is not redirected, for it was signed for another server", async () => {
		handle = (_request, response) =>
			void response.writeHead(307, { location: "/elsewhere" }).end();
		await expectCode(
			plane.request({ method: "GET", key: "a" }, ABOUT),
			"unknown",
		);
		expect(server.requests).toHaveLength(1);
	});

	test.each(["request", "stream"] as const)(
		"(%s) that is cancelled rejects with the signal's reason",
		async (call) => {
			handle = () => undefined;
			const controller = new AbortController();
			const reason = new Error("cancelled");
			const { signal } = controller;
			const failed = failureOf(
				plane[call]({ method: "GET", key: "a", signal }, ABOUT),
			);
			await until(() => server.requests.length === 1);
			controller.abort(reason);
			expect(await failed).toBe(reason);
		},
	);

	test("with a key that no URL can hold is a StoreError, and is not sent", async () => {
		await expectCode(
			plane.request({ method: "GET", key: "\uD800" }, ABOUT),
			"unknown",
		);
		expect(server.accepted()).toBe(0);
	});
});

describe("credentials", () => {
	test("are asked for once a second, however many requests there are", async () => {
		vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 1, 3) });
		let asked = 0;
		provider = async () => {
			asked++;
			return { accessKeyId: `AKIA${asked}`, secretAccessKey: "s" };
		};
		const request = () => plane.request({ method: "GET", key: "a" }, ABOUT);
		for (let count = 0; count < 5; count++) await request();
		expect(asked).toBe(1);
		vi.setSystemTime(Date.now() + 1001);
		for (let count = 0; count < 5; count++) await request();
		expect(asked).toBe(2);
		const last = server.requests.at(-1)?.headers.authorization;
		expect(last).toContain("Credential=AKIA2/");
	});

	test("that cannot be had make a request fail, and are asked for again", async () => {
		provider = async () => {
			throw Object.assign(new Error("none"), {
				name: "CredentialsProviderError",
			});
		};
		const request = () => plane.request({ method: "GET", key: "a" }, ABOUT);
		await expectCode(request(), "unauthenticated");
		expect(server.accepted()).toBe(0);
		provider = async () => CREDENTIALS;
		expect((await request()).status).toBe(200);
	});
});
