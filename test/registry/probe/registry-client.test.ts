import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { Credentials } from "../../../src/registry/probe/credentials.ts";
import { ProbeError } from "../../../src/registry/probe/probe-error.ts";
import { failureOf } from "../../store/http/failures.ts";
import {
	clientOf,
	PASSWORD,
	type Script,
	SECRET,
	scriptedRegistry,
} from "./scripted-registry.ts";

const BASIC = `Basic ${Buffer.from(`somebody:${SECRET}`).toString("base64")}`;
const ASK = {
	method: "GET",
	path: "/v2/a/tags/list",
	scope: "repository:a:pull",
} as const;

/** A registry that takes tokens of its own service, `/token`, which gives `token-1`, `token-2` … */
async function tokenRegistry(options: {
	readonly token?: Script;
	readonly takes?: (token: string) => boolean;
	readonly expiresIn?: number;
}) {
	let given = 0;
	const registry = await scriptedRegistry(async (request, response) => {
		if (request.path === "/token") {
			if (options.token !== undefined) {
				await options.token(request, response);
				if (response.writableEnded) return;
			}
			const token = `token-${++given}`;
			response.end(JSON.stringify({ token, expires_in: options.expiresIn }));
			return;
		}
		const { authorization = "" } = request.headers;
		const token = /^Bearer (.*)$/.exec(authorization)?.[1];
		if (token !== undefined && (options.takes?.(token) ?? true)) return;
		response.setHeader(
			"www-authenticate",
			`Bearer realm="${registry.origin}/token",service="reg, istry",scope="repository:a:pull,push"`,
		);
		response.statusCode = 401;
	});
	const paths = () => registry.requests.map(({ url }) => url);
	return { ...registry, registry, paths };
}

async function failing(promise: Promise<unknown>): Promise<ProbeError> {
	const error = await failureOf(promise);
	if (!(error instanceof ProbeError)) throw error;
	expect(inspect(error)).not.toContain(SECRET);
	expect(inspect(error)).not.toContain(BASIC);
	return error;
}

describe("a registry that asks for a password", () => {
	const ask: Script = ({ headers }, response) => {
		if (headers.authorization === BASIC) return;
		response.setHeader("www-authenticate", 'Basic realm="Registry"');
		response.statusCode = 401;
	};

	test("gets it, after it has asked", async () => {
		const { origin, requests } = await scriptedRegistry(ask);
		const client = clientOf(origin, { credentials: PASSWORD });
		expect((await client.request(ASK)).status).toBe(200);
		// From then on it need not ask.
		expect((await client.request(ASK)).status).toBe(200);
		expect(requests.map(({ headers }) => headers.authorization)).toEqual([
			undefined,
			BASIC,
			BASIC,
		]);
	});

	test.each([
		["nobody", undefined, "the registry wants to know who asks"],
		[
			"somebody with another one",
			{ ...PASSWORD, password: `${SECRET}-2` },
			"the registry refuses the credentials",
		],
		[
			"somebody with a token",
			{ kind: "bearer", token: SECRET },
			"the registry refuses the credentials",
		],
	] as const)(
		"refuses %s, and no secret is told (I7)",
		async (_name, credentials, reason) => {
			const { origin } = await scriptedRegistry(ask);
			const error = await failing(
				clientOf(origin, { credentials }).request(ASK),
			);
			expect(error).toMatchObject({ code: "permission-denied", reason });
			expect(error.suggestions).not.toEqual([]);
		},
	);
});

describe("a registry with a token service", () => {
	test("is asked with a token for what is needed and no more, which is got once", async () => {
		const registry = await tokenRegistry({ expiresIn: 300 });
		const client = clientOf(registry.registry.origin, {
			credentials: PASSWORD,
		});
		for (let count = 0; count < 3; count++)
			expect((await client.request(ASK)).status).toBe(200);
		expect(registry.paths()).toEqual([
			"/v2/a/tags/list",
			"/token?service=reg%2C+istry&scope=repository%3Aa%3Apull&account=somebody",
			"/v2/a/tags/list",
			"/v2/a/tags/list",
			"/v2/a/tags/list",
		]);
		expect(registry.requests[1]?.headers.authorization).toBe(BASIC);
		expect(registry.requests[4]?.headers.authorization).toBe("Bearer token-1");
	});

	test("gives another token when the first has ended, by its own word or the registry's", async () => {
		let now = 0;
		let taken = /^token-[12]$/;
		const registry = await tokenRegistry({
			expiresIn: 100,
			takes: (token) => taken.test(token),
		});
		const client = clientOf(registry.registry.origin, {
			credentials: PASSWORD,
			now: () => now,
		});
		const last = () => registry.requests.at(-1)?.headers.authorization;
		await client.request(ASK);
		now = 94_000;
		await client.request(ASK);
		expect(last()).toBe("Bearer token-1");
		now = 96_000;
		await client.request(ASK);
		expect(last()).toBe("Bearer token-2");
		taken = /^token-3$/;
		await client.request(ASK);
		expect(last()).toBe("Bearer token-3");
	});

	test("gives a token that does not say how long it is good for for a minute", async () => {
		let now = 0;
		const registry = await tokenRegistry({});
		const client = clientOf(registry.registry.origin, { now: () => now });
		await client.request(ASK);
		now = 56_000;
		await client.request(ASK);
		expect(registry.requests.at(-1)?.headers.authorization).toBe(
			"Bearer token-2",
		);
	});

	test("gives tokens to everybody, where nobody is known", async () => {
		const registry = await tokenRegistry({});
		await clientOf(registry.registry.origin).request(ASK);
		expect(registry.requests[1]?.headers.authorization).toBeUndefined();
		expect(registry.paths()[1]).not.toContain("account");
	});

	test("gives tokens for what docker login has kept", async () => {
		const registry = await tokenRegistry({
			token: (_request, response) =>
				void response.end('{"access_token":"for-it"}'),
		});
		const credentials: Credentials = { kind: "refresh-token", token: SECRET };
		await clientOf(registry.registry.origin, { credentials }).request(ASK);
		const [, asked, again] = registry.requests;
		expect([asked?.method, asked?.url]).toEqual(["POST", "/token"]);
		expect(Object.fromEntries(new URLSearchParams(`${asked?.body}`))).toEqual({
			grant_type: "refresh_token",
			service: "reg, istry",
			client_id: "regmigrate",
			scope: "repository:a:pull",
			refresh_token: SECRET,
		});
		expect(again?.headers.authorization).toBe("Bearer for-it");
	});

	test("is asked for none when the operator has one", async () => {
		const registry = await tokenRegistry({});
		const credentials: Credentials = { kind: "bearer", token: SECRET };
		const client = clientOf(registry.registry.origin, { credentials });
		expect((await client.request(ASK)).status).toBe(200);
		expect(registry.paths()).toEqual(["/v2/a/tags/list"]);
	});

	test("that ends is not asked again for ever", async () => {
		const registry = await tokenRegistry({ takes: () => false });
		const client = clientOf(registry.registry.origin, {
			credentials: PASSWORD,
		});
		expect((await failing(client.request(ASK))).code).toBe("permission-denied");
		expect(registry.requests).toHaveLength(3);
	});

	test.each<[string, Script, object]>([
		[
			"refuses us",
			(_request, response) => void response.writeHead(403).end(SECRET),
			{
				code: "permission-denied",
				reason: "the token service refuses the credentials (it answered 403)",
			},
		],
		[
			"shows a page",
			(_request, response) =>
				void response
					.writeHead(200, { "content-type": "text/html" })
					.end("<html>"),
			{
				code: "failed",
				reason: "the token service answered 200 without a token (text/html)",
			},
		],
		[
			"sends us elsewhere",
			(_request, response) =>
				void response.writeHead(302, { location: `/?${SECRET}` }).end(),
			{ code: "failed" },
		],
		[
			"is gone",
			({ socket }) => void socket.destroy(),
			{
				code: "unreachable",
				reason:
					"the token service cannot be reached: the connection was closed",
			},
		],
	])("that %s is told of", async (_name, token, expected) => {
		const registry = await tokenRegistry({ token });
		const client = clientOf(registry.registry.origin, {
			credentials: PASSWORD,
		});
		const error = await failing(client.request(ASK));
		expect(error).toMatchObject(expected);
		expect(error.message).toMatch(
			/^Cannot get a token from 127\.0\.0\.1:\d+: /,
		);
	});

	test.each([
		"http://auth.test/token",
		"http://10.0.0.1/token",
		"http://127.0.0.1.evil.test/token",
		"ftp://auth.test",
		"/token",
		"",
	])("at %s gets nothing, least of all a password (I7)", async (realm) => {
		const { origin } = await scriptedRegistry((_request, response) => {
			response.setHeader("www-authenticate", `Bearer realm="${realm}"`);
			response.statusCode = 401;
		});
		const client = clientOf(origin, { credentials: PASSWORD });
		expect((await failing(client.request(ASK))).code).toMatch(
			/^(refused|failed)$/,
		);
	});
});

test("is asked below the path of its URL, by the name that was given, on a connection of its own each time", async () => {
	const { origin, requests, accepted } = await scriptedRegistry(
		() => undefined,
	);
	const client = clientOf(`${origin.replace("//", `//u:${SECRET}@`)}/below/`, {
		serverName: "registry.test:5000",
	});
	expect(client.name).toBe(`${origin} (registry.test:5000)`);
	await client.request(ASK);
	await client.request(ASK);
	expect(requests[1]?.url).toBe("/below/v2/a/tags/list");
	expect(requests[1]?.headers.host).toBe("registry.test:5000");
	expect(requests[1]?.headers.authorization).toBeUndefined();
	expect(accepted()).toBe(2);
});

test("that does not answer is told of", async () => {
	const server = await scriptedRegistry(() => undefined);
	await server[Symbol.asyncDispose]();
	const error = await failing(clientOf(server.origin).request(ASK));
	expect(error).toMatchObject({
		code: "unreachable",
		message: `Cannot GET /v2/a/tags/list at ${server.origin}: nothing listens there (connection refused)`,
	});
});

describe("an answer", () => {
	const TIMED_OUT = {
		code: "timed-out",
		reason: "it has not answered within 1 seconds",
	};
	test.each<[string, Script, object]>([
		["that never comes", () => new Promise(() => undefined), TIMED_OUT],
		[
			"that stops",
			(_request, response) => {
				response.write("some");
				return new Promise(() => undefined);
			},
			TIMED_OUT,
		],
		[
			"that is cut off",
			(_request, response) => {
				response.writeHead(200, { "content-length": "100" }).write("some");
				return new Promise((resolve) =>
					setTimeout(() => resolve(void response.destroy()), 10),
				);
			},
			{ code: "unreachable" },
		],
		[
			"that drips for ever",
			(_request, response) => {
				const drip = setInterval(() => response.write("x"), 10);
				response.on("close", () => clearInterval(drip));
				return new Promise(() => undefined);
			},
			TIMED_OUT,
		],
		[
			"that has no end",
			(_request, response) => {
				const flood = () => {
					while (!response.destroyed && response.write(Buffer.alloc(65_536)));
				};
				response.on("drain", flood);
				flood();
				return new Promise(() => undefined);
			},
			{ code: "failed", reason: "it answers with more than 5242880 bytes" },
		],
	])("%s is given up", async (_name, script, expected) => {
		const { origin } = await scriptedRegistry(script);
		// Only those that are waited for in vain: a slow machine takes its time for the others.
		const silenceMs = expected === TIMED_OUT ? 40 : 5000;
		const client = clientOf(origin, { silenceMs });
		expect(await failing(client.request(ASK))).toMatchObject(expected);
	});

	test("is not waited for when the caller has cancelled", async () => {
		const { origin } = await scriptedRegistry(
			() => new Promise(() => undefined),
		);
		const reason = new Error("enough");
		const signal = AbortSignal.abort(reason);
		const client = clientOf(origin);
		expect(await failureOf(client.request({ ...ASK, signal }))).toBe(reason);
		const later = new AbortController();
		const asked = failureOf(client.request({ ...ASK, signal: later.signal }));
		setTimeout(() => later.abort(reason), 20);
		expect(await asked).toBe(reason);
	});
});
