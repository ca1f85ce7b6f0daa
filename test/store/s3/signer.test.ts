import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	encodePath,
	encodeQuery,
} from "../../../src/store/http/percent-encoding.ts";
import {
	type Credentials,
	type SignableRequest,
	Signer,
} from "../../../src/store/s3/signer.ts";
import {
	credentials,
	moment,
	type Plain,
	plain,
	smithyAuthorization,
} from "./signer-oracle.ts";

const REGION = "eu-west-1";
const NOON = Date.UTC(2026, 1, 3, 12);
const WHO: Credentials = {
	accessKeyId: "AKIAEXAMPLE",
	secretAccessKey: "the/secret+key",
};
const REQUEST: SignableRequest = {
	method: "PUT",
	path: "/bucket/a",
	query: "a=b",
	headers: { host: "h" },
	payloadHash: "0".repeat(64),
};

function signature(
	request: SignableRequest,
	by: Credentials,
	now: number,
	region = REGION,
): string | undefined {
	const { authorization } = new Signer(region).sign(request, by, now);
	return /Signature=([0-9a-f]{64})$/.exec(authorization ?? "")?.[1];
}

function signable(request: Plain): SignableRequest {
	return {
		method: request.method,
		path: encodePath(`/bucket/${request.key}`),
		query: encodeQuery(request.query),
		headers: request.headers,
		payloadHash: request.payloadHash,
	};
}

describe("the signer", () => {
	test("signs any request as the AWS SDK does", async () => {
		await fc.assert(
			fc.asyncProperty(plain, credentials, moment, async (request, by, now) => {
				const signed = new Signer(REGION).sign(signable(request), by, now);
				const expected = await smithyAuthorization(
					request,
					signable(request).path,
					by,
					REGION,
					now,
				);
				expect(signed.authorization).toBe(expected);
			}),
			{ numRuns: 300 },
		);
	});

	test("signs as a new one does, whatever it signed before", () => {
		const step = fc.tuple(fc.nat({ max: 2 }), moment);
		const people = fc.array(credentials, { minLength: 3, maxLength: 3 });
		const sequences = fc.array(step, { minLength: 2, maxLength: 20 });
		fc.assert(
			fc.property(plain, people, sequences, (request, by, steps) => {
				const signer = new Signer(REGION);
				for (const [index, now] of steps) {
					const who = by[index] ?? WHO;
					expect(signer.sign(signable(request), who, now)).toEqual(
						new Signer(REGION).sign(signable(request), who, now),
					);
				}
			}),
			{ numRuns: 200 },
		);
	});

	test("sends what it signed: the caller's headers, date, payload hash and token", () => {
		const headers = new Signer(REGION).sign(
			{ ...REQUEST, headers: { host: "h", range: "bytes=0-1" } },
			{ ...WHO, sessionToken: "token" },
			NOON + 789,
		);
		expect(headers).toMatchObject({
			host: "h",
			range: "bytes=0-1",
			"x-amz-content-sha256": REQUEST.payloadHash,
			"x-amz-date": "20260203T120000Z",
			"x-amz-security-token": "token",
		});
		expect(headers.authorization).toContain(
			"SignedHeaders=host;range;x-amz-content-sha256;x-amz-date;x-amz-security-token,",
		);
	});

	test("never sends the secret (I7)", () => {
		const signed = new Signer(REGION).sign(REQUEST, WHO, 0);
		expect(JSON.stringify(signed)).not.toContain(WHO.secretAccessKey);
	});

	test.each<[string, (request: SignableRequest) => SignableRequest]>([
		["method", (request) => ({ ...request, method: "GET" })],
		["path", (request) => ({ ...request, path: `${request.path}x` })],
		["query", (request) => ({ ...request, query: "a=c" })],
		["payload", (request) => ({ ...request, payloadHash: "1".repeat(64) })],
		["host", (request) => ({ ...request, headers: { host: "other" } })],
		[
			"headers",
			(request) => ({ ...request, headers: { host: "h", range: "bytes=0-0" } }),
		],
	])("gives another %s another signature", (_part, changed) => {
		expect(signature(changed(REQUEST), WHO, NOON)).not.toBe(
			signature(REQUEST, WHO, NOON),
		);
	});

	test.each<[string, Credentials, number, string]>([
		["secret", { ...WHO, secretAccessKey: "other" }, NOON, REGION],
		["token", { ...WHO, sessionToken: "other" }, NOON, REGION],
		["second", WHO, NOON + 1000, REGION],
		["day", WHO, NOON + 24 * 60 * 60 * 1000, REGION],
		["region", WHO, NOON, "eu-west-2"],
	])("gives another %s another signature", (_part, who, now, region) => {
		expect(signature(REQUEST, who, now, region)).not.toBe(
			signature(REQUEST, WHO, NOON),
		);
	});
});
