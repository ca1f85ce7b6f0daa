import { describe, expect, test } from "vitest";
import { retry } from "../../../src/store/retry.ts";
import { bodyOf } from "../../conformance/bodies.ts";
import { bytes, expectCode, sha256Of } from "../../conformance/objects.ts";
import { refuse, scriptedS3 } from "./scripted-s3.ts";

describe("put", () => {
	test("sends the digest in both ways that servers check it by (I4)", async () => {
		await using scripted = await scriptedS3((_request, response) => {
			response.writeHead(200, { etag: '"e"' }).end();
		});
		const content = bytes("content");
		const { hex } = sha256Of(content);
		await scripted.store.put("a b", content);
		const [request] = scripted.server.requests;
		expect(request).toMatchObject({ method: "PUT", url: "/reg/pre/a%20b" });
		expect(request?.headers).toMatchObject({
			"x-amz-content-sha256": hex,
			"x-amz-checksum-sha256": Buffer.from(hex, "hex").toString("base64"),
			"content-length": "7",
			"content-type": "application/octet-stream",
		});
		expect(request?.body).toEqual(content);
	});

	test("of bytes that do not match their digest sends nothing (I4)", async () => {
		await using scripted = await scriptedS3((_request, response) => {
			response.end();
		});
		const options = { digest: sha256Of(bytes("other")) };
		await expectCode(scripted.store.put("a", bytes("x"), options), "corrupt");
		await expectCode(
			scripted.store.put("a", bodyOf([bytes("x")], 2)),
			"incomplete",
		);
		expect(scripted.server.requests).toEqual([]);
	});

	test("is tried again when the server is busy, its body read anew", async () => {
		await using scripted = await scriptedS3(({ number }, response) => {
			if (number < 2) refuse(response, 503, "SlowDown");
			else response.writeHead(200, { etag: '"e"' }).end();
		});
		let opened = 0;
		const body = bodyOf([bytes("content")], 7, { atEnd: () => opened++ });
		const store = retry(scripted.store, { baseMs: 0 });
		expect(await store.put("a", body)).toMatchObject({ version: "e" });
		expect(opened).toBe(3);
		expect(scripted.server.requests.map(({ body }) => body.toString())).toEqual(
			Array(3).fill("content"),
		);
	});

	test("is sent again when the server closes a connection instead of answering", async () => {
		const seen = new Set<unknown>();
		await using scripted = await scriptedS3(({ socket }, response) => {
			// Like a server that closes connections after a time: the request crosses the closing on its way.
			if (seen.has(socket)) socket.destroy();
			else response.writeHead(200, { etag: '"e"' }).end();
			seen.add(socket);
		});
		const store = retry(scripted.store, { baseMs: 0 });
		for (let round = 0; round < 5; round++)
			await store.put(`a${round}`, bytes("x"));
		expect(seen.size).toBe(5);
	});

	test("on a condition is not sent again when its answer was lost", async () => {
		await using scripted = await scriptedS3((_request, response) => {
			response.socket?.destroy();
		});
		const store = retry(scripted.store, { baseMs: 0 });
		await expectCode(
			store.put("a", bytes("x"), { only: "absent" }),
			"unavailable",
		);
		expect(scripted.server.requests).toHaveLength(1);
	});
});
