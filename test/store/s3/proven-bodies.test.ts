import { hash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { retry } from "../../../src/store/retry.ts";
import { Control } from "../../../src/store/s3/control.ts";
import { parseLocation } from "../../../src/store/s3/location.ts";
import { Plane } from "../../../src/store/s3/plane.ts";
import { S3Store } from "../../../src/store/s3/s3-store.ts";
import { bytes, expectCode } from "../../conformance/objects.ts";
import {
	type Arrived,
	type Handler,
	serve,
	type TestServer,
} from "../http/http-server.ts";
import { isAsSigned, refuse } from "./scripted-s3.ts";

const CONTENT = bytes("content");

async function storeOn(server: TestServer): Promise<S3Store> {
	const url = new URL("s3://reg?region=us-east-1");
	url.searchParams.set("endpoint", server.origin);
	const location = parseLocation(url);
	const control = await Control.open(location);
	const plane = new Plane(control.address, control.region, () =>
		control.credentials(),
	);
	return new S3Store(location, plane, control);
}

const md5 = (body: Buffer) => hash("md5", body, "hex");

function keep(response: ServerResponse, etag: string): void {
	response.writeHead(200, { etag: `"${etag}"` }).end();
}

/** Keeps whatever it is sent, as the emulators do, and says the MD5 of what it keeps. */
const CREDULOUS: Handler = ({ body }, response) => keep(response, md5(body));

const checksumOf = ({ headers }: Arrived) => headers["x-amz-checksum-sha256"];

describe("a server that refuses bodies of another SHA-256 (I4)", () => {
	test.each([
		[400, "XAmzContentSHA256Mismatch"],
		[400, "XAmzContentChecksumMismatch"],
		[400, "BadDigest"],
		[400, "SomethingOfItsOwn"],
		[403, "SignatureDoesNotMatch"],
	])(
		"is believed once it answers %i %s, and tried no more",
		async (status, code) => {
			await using server = await serve((request, response) => {
				if (isAsSigned(request)) keep(response, "e");
				else refuse(response, status, code);
			});
			await using store = await storeOn(server);
			await Promise.all(["a", "b", "c"].map((key) => store.put(key, CONTENT)));
			const signed = server.requests.map(isAsSigned);
			expect(signed).toEqual([false, true, true, true]);
			const [trial, first] = server.requests;
			expect(trial?.body).toEqual(CONTENT);
			expect(trial?.url).toBe(first?.url);
			expect(checksumOf(server.requests[0] as Arrived)).not.toBe(
				checksumOf(server.requests[1] as Arrived),
			);
			const withMd5 = server.requests.filter(
				({ headers }) => headers["content-md5"] !== undefined,
			);
			expect(withMd5).toEqual([]);
		},
	);

	test.each([
		[403, "AccessDenied", "permission-denied"],
		[503, "SlowDown", "throttled"],
		[500, "InternalError", "unavailable"],
		[400, "ExpiredToken", "unauthenticated"],
	] as const)(
		"is not meant by %i %s, which says nothing of bodies: the put fails with %s",
		async (status, s3Code, code) => {
			await using server = await serve((request, response) => {
				if (request.number === 0) refuse(response, status, s3Code);
				else if (isAsSigned(request)) keep(response, "e");
				else refuse(response, 400, "XAmzContentSHA256Mismatch");
			});
			await using store = await storeOn(server);
			await expectCode(store.put("a", CONTENT), code);
			await store.put("a", CONTENT);
			expect(server.requests.map(isAsSigned)).toEqual([false, false, true]);
		},
	);

	test("is tried by another put when the first one is cancelled", async () => {
		const controller = new AbortController();
		await using server = await serve((request, response) => {
			if (request.number === 0) controller.abort(new Error("cancelled"));
			else if (isAsSigned(request)) keep(response, "e");
			else refuse(response, 400, "BadDigest");
		});
		await using store = await storeOn(server);
		const first = store.put("a", CONTENT, { signal: controller.signal });
		const second = store.put("b", CONTENT);
		await expect(first).rejects.toThrow("cancelled");
		expect(await second).toMatchObject({ version: "e" });
	});
});

describe("a server that keeps whatever it is sent (I4)", () => {
	test("has kept the right bytes when it is found out, and is asked for no second time", async () => {
		await using server = await serve(CREDULOUS);
		await using store = await storeOn(server);
		const meta = await store.put("a", CONTENT);
		expect(meta).toMatchObject({ version: md5(CONTENT), md5: md5(CONTENT) });
		expect(server.requests).toHaveLength(1);
		expect(server.requests[0]?.body).toEqual(CONTENT);
	});

	test("is then sent the MD5 too, which more servers check", async () => {
		await using server = await serve(CREDULOUS);
		await using store = await storeOn(server);
		await store.put("a", CONTENT);
		await store.put("b", CONTENT);
		expect(server.requests[1]?.headers).toMatchObject({
			"content-md5": hash("md5", CONTENT, "base64"),
			"x-amz-content-sha256": hash("sha256", CONTENT, "hex"),
		});
	});

	test("and keeps other bytes than were sent: they are deleted again, and sent anew", async () => {
		let damaged = 0;
		await using server = await serve((request, response) => {
			const isDamaged = request.url === "/reg/b" && damaged++ === 0;
			if (request.method === "DELETE") response.writeHead(204).end();
			else if (isDamaged) keep(response, md5(bytes("damaged")));
			else void CREDULOUS(request, response);
		});
		await using bare = await storeOn(server);
		const store = retry(bare, { baseMs: 0 });
		await store.put("a", CONTENT);
		expect(await store.put("b", CONTENT)).toMatchObject({ size: 7 });
		expect(
			server.requests.map(({ method, url }) => `${method} ${url}`),
		).toEqual(["PUT /reg/a", "PUT /reg/b", "DELETE /reg/b", "PUT /reg/b"]);
	});

	test("and does not say the MD5 of it is refused: nothing would be proven", async () => {
		await using server = await serve((_request, response) =>
			keep(response, "0".repeat(32)),
		);
		await using store = await storeOn(server);
		await expectCode(store.put("a", CONTENT), "unsupported");
		await expectCode(store.put("b", CONTENT), "unsupported");
		expect(server.requests).toHaveLength(1);
	});
});
