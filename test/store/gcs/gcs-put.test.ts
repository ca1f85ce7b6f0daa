import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { retry } from "../../../src/store/retry.ts";
import { bodyOf } from "../../conformance/bodies.ts";
import { bytes, expectCode, sha256Of } from "../../conformance/objects.ts";
import type { Arrived } from "../http/http-server.ts";
import { give, refuse, resource, scriptedGcs } from "./scripted-gcs.ts";

/** The parts of a `multipart/related` body, each as its header and its content. */
function partsOf({ headers, body }: Arrived): (readonly [string, Buffer])[] {
	const boundary = /boundary=(\S+)$/.exec(headers["content-type"] ?? "")?.[1];
	const text = body.toString("latin1");
	const [before, ...parts] = text.split(`--${boundary}`);
	expect(before).toBe("");
	expect(parts.pop()).toBe("--\r\n");
	return parts.map((part) => {
		const end = part.indexOf("\r\n\r\n");
		const content = part.slice(end + 4, -2);
		return [part.slice(2, end), Buffer.from(content, "latin1")] as const;
	});
}

describe("put", () => {
	test("sends both checksums with the bytes, for the server to check (I4)", async () => {
		const content = bytes("content \r\n--\0ü");
		await using scripted = await scriptedGcs((_request, response) =>
			give(response, resource("a b/ü", content)),
		);
		await scripted.store.put("a b/ü", content);
		const [request] = scripted.server.requests;
		if (request === undefined) throw new Error("nothing was sent");
		expect(request.method).toBe("POST");
		expect(request.path).toBe("/upload/storage/v1/b/reg/o");
		expect(request.query.get("uploadType")).toBe("multipart");
		expect(request.query.has("ifGenerationMatch")).toBe(false);
		const parts = partsOf(request);
		expect(parts).toHaveLength(2);
		const [[type, metadata] = [], [contentType, sent] = []] = parts;
		expect(type).toBe("content-type: application/json; charset=utf-8");
		expect(JSON.parse(String(metadata))).toEqual({
			name: "pre/a b/ü",
			contentType: "application/octet-stream",
			md5Hash: createHash("md5").update(content).digest("base64"),
			crc32c: resource("a", content).crc32c,
		});
		expect(contentType).toBe("content-type: application/octet-stream");
		expect(sent).toEqual(content);
	});

	test.each([
		["absent", "0"],
		[{ version: "17" }, "17"],
	] as const)("on condition %j sends it", async (only, expected) => {
		await using scripted = await scriptedGcs((_request, response) =>
			give(response, resource("a")),
		);
		await scripted.store.put("a", bytes("x"), { only });
		const sent = scripted.server.requests[0]?.query.get("ifGenerationMatch");
		expect(sent).toBe(expected);
	});

	test.each(["", "0", "17&x=1", "an-etag"])(
		"on condition of the version %j, which is none, sends nothing",
		async (version) => {
			await using scripted = await scriptedGcs((_request, response) =>
				give(response, resource("a")),
			);
			await expectCode(
				scripted.store.put("a", bytes("x"), { only: { version } }),
				"precondition-failed",
			);
			expect(scripted.server.requests).toEqual([]);
		},
	);

	test("of bytes that do not match their digest sends nothing (I4)", async () => {
		await using scripted = await scriptedGcs((_request, response) =>
			give(response, resource("a")),
		);
		const options = { digest: sha256Of(bytes("other")) };
		await expectCode(scripted.store.put("a", bytes("x"), options), "corrupt");
		await expectCode(
			scripted.store.put("a", bodyOf([bytes("x")], 2)),
			"incomplete",
		);
		expect(scripted.server.requests).toEqual([]);
	});

	test.each(["md5Hash", "crc32c", "size"])(
		"deletes what the server made of other bytes: another %s (I4)",
		async (field) => {
			await using scripted = await scriptedGcs(({ method }, response) =>
				method === "POST"
					? give(response, { ...resource("a"), [field]: "1" })
					: void response.writeHead(204).end(),
			);
			const content = bytes(field === "size" ? "xx" : "x");
			await expectCode(scripted.store.put("a", content), "unavailable");
			expect(scripted.server.requests[1]).toMatchObject({
				method: "DELETE",
				url: "/storage/v1/b/reg/o/pre%2Fa?generation=17",
			});
		},
	);

	test("is tried again when the server is busy, its body read anew", async () => {
		await using scripted = await scriptedGcs(({ number }, response) =>
			number < 2
				? refuse(response, 503, "backendError")
				: give(response, resource("a", bytes("content"))),
		);
		let opened = 0;
		const body = bodyOf([bytes("content")], 7, { atEnd: () => opened++ });
		const store = retry(scripted.store, { baseMs: 0 });
		expect(await store.put("a", body)).toMatchObject({ version: "17" });
		expect(opened).toBe(3);
	});

	test("on a condition is not sent again when its answer was lost", async () => {
		await using scripted = await scriptedGcs((_request, response) => {
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
