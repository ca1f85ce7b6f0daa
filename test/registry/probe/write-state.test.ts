import { describe, expect, test } from "vitest";
import {
	judgeOptions,
	judgePut,
} from "../../../src/registry/probe/write-state.ts";
import { answer, errors, REGISTRY } from "./answers.ts";

const READING = { ...REGISTRY, allow: "GET, HEAD" };
const WRITING = { ...REGISTRY, allow: "DELETE, GET, HEAD, PUT" };
const HTML = { "content-type": "text/html; charset=utf-8" };

describe("what OPTIONS tells (I6)", () => {
	test.each([
		["a registry in read-only mode", answer(200, READING), "read-only"],
		[
			"one that says so in several lines",
			answer(200, { ...REGISTRY, allow: ["HEAD", "get"] }),
			"read-only",
		],
		["one with no content to tell", answer(204, READING), "read-only"],
		["a writable registry", answer(200, WRITING), "writable"],
		["what is no registry", answer(200, { allow: "GET, HEAD" }), undefined],
		[
			"a proxy that allows OPTIONS as well",
			answer(204, { ...REGISTRY, allow: "GET, HEAD, OPTIONS" }),
			undefined,
		],
		[
			"a proxy that answers for other pages",
			answer(204, { ...REGISTRY, "access-control-allow-methods": "GET, HEAD" }),
			undefined,
		],
		[
			"one that allows to write only",
			answer(200, { ...REGISTRY, allow: "PUT" }),
			undefined,
		],
		["an error", answer(405, READING), undefined],
		["a server in trouble", answer(503, READING), undefined],
		["a registry that does not let us", answer(403, READING), undefined],
		["one that sends us elsewhere", answer(302, READING), undefined],
	])("%s", (_name, given, expected) => {
		expect(judgeOptions(given)?.state).toBe(expected);
	});
});

describe("what PUT tells (I6)", () => {
	const refusal = "Method not allowed\n";
	test.each([
		[
			"a registry in read-only mode",
			answer(405, READING, refusal),
			"read-only",
		],
		[
			"a writable registry",
			answer(400, REGISTRY, errors("MANIFEST_INVALID")),
			"writable",
		],
		["one that takes anything", answer(201, REGISTRY), "writable"],
		[
			"one that mirrors another",
			answer(405, REGISTRY, errors("UNSUPPORTED")),
			"unknown",
		],
		[
			"one that mirrors another and names what it reads",
			answer(405, READING, errors("UNSUPPORTED")),
			"unknown",
		],
		[
			"one that allows to write after all",
			answer(405, WRITING, refusal),
			"unknown",
		],
		[
			"one that does not say what it allows",
			answer(405, REGISTRY, refusal),
			"unknown",
		],
		[
			"a proxy that lets nobody write",
			answer(405, { ...READING, ...HTML }, "<h1>405</h1>"),
			"unknown",
		],
		[
			"what is no registry",
			answer(405, { allow: "GET, HEAD" }, refusal),
			"unknown",
		],
		[
			"a bad request to somebody else",
			answer(400, HTML, "<h1>400</h1>"),
			"unknown",
		],
		[
			"a bad request to what is no registry",
			answer(400, {}, errors("MANIFEST_INVALID")),
			"unknown",
		],
		[
			"a bad request that a proxy explains",
			answer(400, { ...REGISTRY, ...HTML }, "<h1>"),
			"unknown",
		],
		["nobody known", answer(401, REGISTRY, errors("UNAUTHORIZED")), "unknown"],
		[
			"somebody who may not",
			answer(403, REGISTRY, errors("DENIED")),
			"unknown",
		],
		[
			"a page to sign in",
			answer(302, { location: "/users/sign_in" }),
			"unknown",
		],
		["a page", answer(200, HTML, "<html>"), "unknown"],
		["nothing there", answer(404, HTML, "<h1>404</h1>"), "unknown"],
		[
			"no such repository",
			answer(404, REGISTRY, errors("NAME_UNKNOWN")),
			"unknown",
		],
		[
			"too many requests",
			answer(429, REGISTRY, errors("TOOMANYREQUESTS")),
			"unknown",
		],
		["a server in trouble", answer(500, READING, refusal), "unknown"],
		["a registry that is not up", answer(502, HTML, "<h1>502</h1>"), "unknown"],
	])("%s", (_name, given, expected) => {
		const { state, because, suggestions } = judgePut(given);
		expect(state).toBe(expected);
		expect(because).not.toBe("");
		expect(suggestions.length > 0).toBe(state === "unknown");
	});
});
