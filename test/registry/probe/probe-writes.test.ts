import { describe, expect, test } from "vitest";
import { probeWrites } from "../../../src/registry/probe/probe-writes.ts";
import { failureOf } from "../../store/http/failures.ts";
import {
	clientOf,
	type Script,
	SECRET,
	scriptedRegistry,
} from "./scripted-registry.ts";

async function probe(script: Script, repository?: string) {
	const server = await scriptedRegistry(script);
	const state = await probeWrites(clientOf(server.origin), { repository });
	expect(JSON.stringify(state)).not.toContain(SECRET);
	const seen = server.requests.map(({ method, url }) => `${method} ${url}`);
	return { ...state, seen };
}

test("a registry that tells what it allows is asked no more", async () => {
	const { state, seen } = await probe((_request, response) => {
		response.setHeader("allow", "GET, HEAD");
	}, "team/app");
	expect(state).toBe("read-only");
	expect(seen).toEqual(["OPTIONS /v2/team/app/manifests/regmigrate-probe"]);
});

test("one that does not is sent what it cannot store, under a name that nobody has", async () => {
	const { state, seen } = await probe(({ method }, response) => {
		if (method !== "PUT") response.statusCode = 405;
		else
			response.writeHead(400).end('{"errors":[{"code":"MANIFEST_INVALID"}]}');
	});
	expect(state).toBe("writable");
	expect(seen).toEqual([
		"OPTIONS /v2/regmigrate/probe/manifests/regmigrate-probe",
		"PUT /v2/regmigrate/probe/manifests/regmigrate-probe",
	]);
});

describe("what can be told of nothing is unknown, never read-only (I6):", () => {
	test.each<[string, Script]>([
		[
			"a page to sign in",
			(_request, response) =>
				void response.writeHead(302, { location: `/sign_in?token=${SECRET}` }),
		],
		[
			"a page for everything",
			(_request, response) =>
				void response
					.writeHead(200, { "content-type": "text/html" })
					.end("<html>"),
		],
		[
			"a proxy before a registry that is down",
			(_request, response) =>
				void response
					.writeHead(502, { "content-type": "text/html" })
					.end("<h1>502</h1>"),
		],
		[
			"a proxy that forbids to write",
			({ method }, response) =>
				void response
					.writeHead(method === "PUT" ? 405 : 204, {
						allow: "GET, HEAD, OPTIONS",
					})
					.end(),
		],
		[
			"a registry that asks for what we do not have",
			(_request, response) =>
				void response.writeHead(401, { "www-authenticate": "Negotiate" }),
		],
		["one that is gone", ({ socket }) => void socket.destroy()],
	])("%s", async (_name, script) => {
		const { state, because, suggestions } = await probe(script);
		expect(state).toBe("unknown");
		expect(because).not.toBe("");
		expect(suggestions).not.toEqual([]);
	});
});

test("where nobody is known, and a token service gives tokens for public repositories alone, one has to be named", async () => {
	// As GitLab's does.
	const gitlab: Script = (request, response) => {
		const { path, query, headers } = request;
		if (path === "/jwt/auth") {
			const isDenied = query.get("scope") === null;
			response.writeHead(isDenied ? 403 : 200).end('{"token":"anybody"}');
		} else if (headers.authorization === undefined)
			response.writeHead(401, {
				"www-authenticate": `Bearer realm="http://${headers.host}/jwt/auth"`,
			});
		else response.setHeader("allow", "GET, HEAD");
	};
	expect(await probe(gitlab)).toMatchObject({
		state: "unknown",
		because:
			"the token service gives no token to somebody it does not know (it answered 403)",
		suggestions: expect.arrayContaining(["Name a repository that exists."]),
	});
	expect(await probe(gitlab, "team/public")).toMatchObject({
		state: "read-only",
	});
});

test("a probe that is cancelled says nothing", async () => {
	const { origin } = await scriptedRegistry(() => new Promise(() => undefined));
	const reason = new Error("enough");
	const end = new AbortController();
	const { signal } = end;
	const probing = failureOf(probeWrites(clientOf(origin), { signal }));
	setTimeout(() => end.abort(reason), 20);
	expect(await probing).toBe(reason);
});
