import {
	afterEach,
	beforeEach,
	describe,
	expect,
	onTestFinished,
	test,
} from "vitest";
import { failureOf } from "./failures.ts";
import { serve, type TestServer } from "./http-server.ts";
import {
	authority,
	failure,
	GET,
	serveTls,
	startProxy,
	transport,
} from "./transports.ts";
import { trust } from "./trust.ts";

let plain: TestServer;
beforeEach(async () => {
	plain = await serve((_request, response) => void response.end("plain"));
});
afterEach(() => plain[Symbol.asyncDispose]());

describe("requests to https", () => {
	test("go through a tunnel, which is kept for the next", async () => {
		const place = await serveTls(authority.certify(["s3.test"]));
		const proxy = await startProxy({ hosts: { "s3.test:9000": place } });
		trust(proxy.cert);
		const made = transport({ HTTPS_PROXY: proxy.url });
		const origin = "https://s3.test:9000";
		for (let count = 0; count < 3; count++) {
			const { status, body } = await made.request({ ...GET, origin });
			expect([status, body.toString()]).toEqual([
				200,
				"secure GET /a%2Fb?c=%20",
			]);
		}
		expect(proxy.requests).toHaveLength(3);
		expect(proxy.tunnels).toEqual(["s3.test:9000"]);
	});

	test("carry what they send, and are streamed", async () => {
		const place = await serveTls(authority.certify(["s3.test"]));
		const proxy = await startProxy({ hosts: { "s3.test:443": place } });
		trust(proxy.cert);
		const connections = transport({ https_proxy: proxy.url }).connections(
			"https://s3.test",
		);
		const body = Buffer.alloc(300_000, "x");
		const stream = await connections.stream({ ...GET, method: "PUT", body });
		const chunks = await Array.fromAsync(stream.chunks());
		expect(Buffer.concat(chunks).toString()).toContain("secure PUT");
		expect(proxy.requests[0]?.body.equals(body)).toBe(true);
		expect(proxy.requests[0]?.headers.host).toBe("s3.test");
	});

	test("go straight there where NO_PROXY names the server", async () => {
		const place = await serveTls(authority.certify(["127.0.0.1"]));
		const proxy = await startProxy();
		trust(authority.cert);
		const environment = { HTTPS_PROXY: proxy.url, NO_PROXY: "127.0.0.0/8" };
		const { body } = await transport(environment).request({
			...GET,
			origin: `https://${place}`,
		});
		expect(body.toString()).toContain("secure");
		expect(proxy.tunnels).toEqual([]);
	});
});

test("requests to http reach the proxy with their whole URL, and the server with its own name", async () => {
	const place = new URL(plain.origin).host;
	const proxy = await startProxy({ hosts: { "s3.test:80": place } });
	const made = transport({ http_proxy: proxy.url });
	const { body } = await made.request({ ...GET, origin: "http://s3.test" });
	expect(body.toString()).toBe("plain");
	expect(proxy.requests).toMatchObject([{ isTunnelled: false }]);
	expect(proxy.requests[0]?.url.href).toBe("http://s3.test/a%2Fb?c=%20");
	expect(plain.requests[0]?.headers.host).toBe("s3.test");
	expect(proxy.tunnels).toEqual([]);
});

describe("a proxy that speaks TLS itself", () => {
	test.each(["https://s3.test:9000", "http://s3.test:9000"])(
		"takes requests to %s",
		async (origin) => {
			const secure = await serveTls(authority.certify(["s3.test"]));
			const isSecure = origin.startsWith("https:");
			const place = isSecure ? secure : new URL(plain.origin).host;
			const proxy = await startProxy({
				hosts: { "s3.test:9000": place },
				certificate: authority.certify(["localhost"]),
			});
			trust(proxy.cert, authority.cert);
			const url = proxy.url.replace("127.0.0.1", "localhost");
			const environment = { HTTPS_PROXY: url, HTTP_PROXY: url };
			const { status } = await transport(environment).request({
				...GET,
				origin,
			});
			expect(status).toBe(200);
			expect(proxy.requests).toHaveLength(1);
		},
	);

	test("must be trusted, and is named when it is not", async () => {
		const proxy = await startProxy({
			certificate: authority.certify(["127.0.0.1"]),
		});
		const error = await failure({ HTTPS_PROXY: proxy.url }, "https://s3.test");
		expect(error.reason).toContain(
			`the proxy ${new URL(proxy.url).host} (from HTTPS_PROXY) cannot be reached: its certificate is signed by an authority`,
		);
	});
});

describe("a proxy with a user name and password", () => {
	test.each(["https://s3.test:9000", "http://s3.test:9000"])(
		"gets them from its URL, for %s",
		async (origin) => {
			const secure = await serveTls(authority.certify(["s3.test"]));
			const place = origin.startsWith("https:")
				? secure
				: new URL(plain.origin).host;
			const proxy = await startProxy({
				credentials: "us@er:SEC:RET",
				hosts: { "s3.test:9000": place },
			});
			trust(proxy.cert);
			const url = proxy.url.replace("//", "//us%40er:SEC%3ARET@");
			const environment = { HTTPS_PROXY: url, HTTP_PROXY: url };
			const { status } = await transport(environment).request({
				...GET,
				origin,
			});
			expect(status).toBe(200);
			const seen = [...proxy.requests, ...plain.requests];
			// The proxy's own are not the server's to see.
			expect(
				seen.filter(
					({ headers }) =>
						origin.startsWith("https:") && headers["proxy-authorization"],
				),
			).toEqual([]);
		},
	);

	test.each(["https://s3.test:9000", "http://s3.test:9000"])(
		"that are wrong, for %s, is named without them (I7)",
		async (origin) => {
			const proxy = await startProxy({ credentials: "user:other" });
			const url = proxy.url.replace("//", "//user:SECRET@");
			const error = await failure(
				{ HTTPS_PROXY: url, HTTP_PROXY: url },
				origin,
			);
			expect(error.code).toBe("unauthenticated");
			expect(error.reason).toMatch(
				/^the proxy 127\.0\.0\.1:\d+ \(from HTTPS?_PROXY\) wants a user name and password, or others \(it answered 407\)$/,
			);
			expect(error.suggestions.join()).toContain(
				"http://USER:PASSWORD@HOST:PORT",
			);
			await failureOf(
				transport({ HTTP_PROXY: url, HTTPS_PROXY: url })
					.connections(origin)
					.stream(GET),
			);
		},
	);
});

describe("a proxy that will not", () => {
	test.each([
		[
			403,
			"permission-denied",
			"refuses to connect to s3.test:443 (it answered 403)",
		],
		[429, "throttled", "refuses to connect to s3.test:443 (it answered 429)"],
		[502, "unavailable", "could not connect to s3.test:443 (it answered 502)"],
		[504, "unavailable", "could not connect to s3.test:443 (it answered 504)"],
	])("and answers %i is named: %s", async (refusesWith, code, reason) => {
		const proxy = await startProxy({ refusesWith });
		const url = proxy.url.replace("//", "//user:SECRET@");
		const error = await failure({ https_proxy: url }, "https://s3.test");
		expect(error.code).toBe(code);
		expect(error.reason).toBe(
			`the proxy ${new URL(proxy.url).host} (from https_proxy) ${reason}`,
		);
		expect(error.suggestions.join()).toContain("NO_PROXY");
	});

	test.each([
		[403, "permission-denied", "refuses to connect to s3.test"],
		[502, "unavailable", "could not connect to s3.test"],
	])(
		"send on what is sent to http, and answers %i, is named too",
		async (refusesWith, code, reason) => {
			const proxy = await startProxy({ refusesWith });
			const error = await failure({ http_proxy: proxy.url }, "http://s3.test");
			expect(error.code).toBe(code);
			expect(error.reason).toContain(
				`(from http_proxy) ${reason} (it answered`,
			);
		},
	);

	test.each([403, 503])(
		"is not blamed for a server's own %i",
		async (status) => {
			await using refusing = await serve((_request, response) => {
				response.writeHead(status, { "content-type": "application/xml" });
				response.end("<Error/>");
			});
			const place = new URL(refusing.origin).host;
			const proxy = await startProxy({ hosts: { "s3.test:80": place } });
			const made = transport({ http_proxy: proxy.url });
			const answer = await made.request({ ...GET, origin: "http://s3.test" });
			expect([answer.status, answer.body.toString()]).toEqual([
				status,
				"<Error/>",
			]);
		},
	);

	test.each(["https://s3.test", "http://s3.test"])(
		"be there, for %s, is named",
		async (origin) => {
			const url = "http://user:SECRET@127.0.0.1:9";
			const error = await failure(
				{ HTTPS_PROXY: url, HTTP_PROXY: url },
				origin,
			);
			expect(error.code).toBe("unavailable");
			expect(error.reason).toMatch(
				/^the proxy 127\.0\.0\.1:9 \(from HTTPS?_PROXY\) cannot be reached: nothing listens there \(connection refused\)$/,
			);
		},
	);

	test("speak HTTP is named, and is not asked for ever", async () => {
		const mute = await serve(
			(_request, response) => void response.socket?.end("+OK POP3 ready\r\n"),
		);
		onTestFinished(() => mute[Symbol.asyncDispose]());
		const error = await failure(
			{ HTTPS_PROXY: mute.origin },
			"https://s3.test",
		);
		expect(error.reason).toContain("(from HTTPS_PROXY) cannot be reached");
	});

	test("be found by what the variable holds is told by the first request", async () => {
		const error = await failure(
			{ HTTPS_PROXY: "socks5://p:1" },
			"https://s3.test",
		);
		expect(error.code).toBe("unsupported");
		expect(error.reason).toContain("HTTPS_PROXY names a socks5 proxy");
	});
});

test("a transport that is closed sends nothing more", async () => {
	const made = transport({});
	await made.request({ ...GET, origin: plain.origin });
	await made[Symbol.asyncDispose]();
	await failureOf(made.request({ ...GET, origin: plain.origin }));
	expect(plain.requests).toHaveLength(1);
});
