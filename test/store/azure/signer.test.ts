import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	type SignableRequest,
	Signer,
} from "../../../src/store/azure/signer.ts";
import { KEY } from "./scripted-azure.ts";
import { requestOf, sdkCall } from "./signer-oracle.ts";

const ACCOUNT = "account";

const key = fc
	.uint8Array({ minLength: 1, maxLength: 80 })
	.map((bytes) => Buffer.from(bytes).toString("base64"));

const url = fc.constantFrom(
	"https://account.blob.core.windows.net",
	"http://127.0.0.1:10000/account",
	"https://[::1]:1/a/b",
);

const REQUEST: SignableRequest = {
	method: "PUT",
	path: "/reg/a",
	query: { comp: "block" },
	headers: {
		"x-ms-date": "Tue, 03 Feb 2026 12:00:00 GMT",
		"x-ms-version": "2021-12-02",
	},
	contentLength: 5,
};

const sign = (change: Partial<SignableRequest>) =>
	new Signer(ACCOUNT, KEY).sign({ ...REQUEST, ...change });

describe("the signer", () => {
	test("signs any request of ours as Azure's own client does", async () => {
		await fc.assert(
			fc.asyncProperty(sdkCall, url, key, async (call, service, secret) => {
				const { authorization, ...request } = await requestOf(
					call,
					service,
					ACCOUNT,
					secret,
				);
				expect(new Signer(ACCOUNT, secret).sign(request)).toBe(authorization);
			}),
			{ numRuns: 500 },
		);
	});

	test("does not mind the order of headers and parameters", () => {
		const query = { b: "1", a: "2", "c-d": undefined };
		const headers = { "x-ms-b": "1", range: "bytes=0-1", "x-ms-a": "2" };
		const turned = (record: object) =>
			Object.fromEntries(Object.entries(record).reverse());
		expect(sign({ query, headers })).toBe(
			sign({ query: turned(query), headers: turned(headers) }),
		);
	});

	test.each<[string, Partial<SignableRequest>]>([
		["method", { method: "GET" }],
		["path", { path: "/reg/b" }],
		["query", { query: { comp: "blocklist" } }],
		["length", { contentLength: 6 }],
		...[
			"content-md5",
			"content-type",
			"if-match",
			"if-none-match",
			"range",
			"x-ms-blob-type",
		].map((name): [string, Partial<SignableRequest>] => [
			name,
			{ headers: { ...REQUEST.headers, [name]: "x" } },
		]),
	])("gives another %s another signature", (_part, change) => {
		expect(sign(change)).not.toBe(sign({}));
	});

	test("gives another key, or another account, another signature", () => {
		const other = Buffer.alloc(64, 8).toString("base64");
		expect(new Signer(ACCOUNT, other).sign(REQUEST)).not.toBe(sign({}));
		expect(new Signer("other", KEY).sign(REQUEST)).not.toBe(sign({}));
	});

	test("never sends the key (I7)", () => {
		expect(sign({})).not.toContain(KEY);
		expect(sign({})).toMatch(/^SharedKey account:[A-Za-z0-9+/]{43}=$/);
	});
});
