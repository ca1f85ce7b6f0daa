import { hash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Plane } from "../../../src/store/s3/plane.ts";
import {
	ProvenBodies,
	sha256Header,
} from "../../../src/store/s3/proven-bodies.ts";
import { ProvenParts } from "../../../src/store/s3/proven-parts.ts";
import { type Arrived, type Handler, serve } from "../http/http-server.ts";
import { refuse } from "./scripted-s3.ts";

const BYTES = Buffer.from("a part");
const SHA256 = hash("sha256", BYTES, "hex");
const ABOUT = { store: "s3://reg", operation: "put", key: "a" };

const payloadOf = ({ headers }: Arrived) => headers["x-amz-content-sha256"];
const hasItsChecksum = ({ headers }: Arrived) =>
	headers["x-amz-checksum-sha256"] ===
	sha256Header(SHA256)["x-amz-checksum-sha256"];

/** Refuses a signed payload that is another one; a wrong checksum by the handler. */
function server(onWrongChecksum: Handler): Handler {
	return async (request, response) => {
		const payload = payloadOf(request);
		if (payload !== "UNSIGNED-PAYLOAD" && payload !== SHA256)
			refuse(response, 400, "XAmzContentSHA256Mismatch");
		else if (hasItsChecksum(request))
			response.writeHead(200, { etag: '"e"' }).end();
		else await onWrongChecksum(request, response);
	};
}

/** Sends a body, then three parts; gives what arrived of the parts. */
async function sendParts(onWrongChecksum: Handler): Promise<Arrived[]> {
	await using http = await serve(server(onWrongChecksum));
	await using plane = new Plane(
		{ origin: http.origin, path: "/reg" },
		"us-east-1",
		async () => ({ accessKeyId: "a", secretAccessKey: "b" }),
	);
	const bodies = new ProvenBodies(plane);
	const parts = new ProvenParts(plane, bodies);
	const request = {
		method: "PUT" as const,
		key: "a",
		headers: sha256Header(SHA256),
		body: BYTES,
		sha256: SHA256,
	};
	await bodies.send(request, ABOUT);
	const before = http.requests.length;
	for (let part = 1; part <= 3; part++)
		await parts.send({ ...request, query: { partNumber: `${part}` } }, ABOUT);
	return http.requests.slice(before);
}

describe("parts (I4)", () => {
	test.each(["BadDigest", "XAmzContentChecksumMismatch"])(
		"have a signed checksum, and no signed payload, once a wrong one was refused with %s",
		async (code) => {
			const arrived = await sendParts((_request, response) =>
				refuse(response, 400, code),
			);
			expect(arrived.map(payloadOf)).toEqual(Array(4).fill("UNSIGNED-PAYLOAD"));
			expect(arrived.map(hasItsChecksum)).toEqual([false, true, true, true]);
			for (const { headers } of arrived)
				expect(headers.authorization).toContain("x-amz-checksum-sha256");
		},
	);

	test.each<[string, Handler]>([
		[
			"keeps a part of another checksum",
			(_request, response) => {
				response.writeHead(200, { etag: '"e"' }).end();
			},
		],
		[
			"refuses it because its payload is not signed",
			(_request, response) => refuse(response, 403, "AccessDenied"),
		],
	])(
		"have what every body has for a server that %s",
		async (_what, handler) => {
			const arrived = await sendParts(handler);
			expect(arrived.map(payloadOf)).toEqual([
				"UNSIGNED-PAYLOAD",
				...Array(3).fill(SHA256),
			]);
			expect(arrived.slice(1).every(hasItsChecksum)).toBe(true);
		},
	);

	test("fail with what a server answers that is not well", async () => {
		let failures = 1;
		await expect(
			sendParts((_request, response) =>
				failures-- > 0
					? refuse(response, 503, "SlowDown")
					: refuse(response, 400, "BadDigest"),
			),
		).rejects.toMatchObject({ code: "throttled" });
	});
});
