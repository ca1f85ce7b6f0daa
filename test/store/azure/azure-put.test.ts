import { hash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { bySignature } from "../../../src/store/azure/authorization.ts";
import { retry } from "../../../src/store/retry.ts";
import { bodyOf } from "../../conformance/bodies.ts";
import { bytes, expectCode, sha256Of } from "../../conformance/objects.ts";
import { refuse, scriptedAzure } from "./scripted-azure.ts";

const CREATED = { etag: '"0x8D1"' };

describe("put", () => {
	test("sends one block blob with its MD5, which the server checks (I4)", async () => {
		await using scripted = await scriptedAzure((_request, response) => {
			response.writeHead(201, CREATED).end();
		});
		const content = bytes("content");
		const md5 = hash("md5", content, "hex");
		const digest = sha256Of(content);
		expect(await scripted.store.put("a b", content, { digest })).toMatchObject({
			key: "a b",
			size: 7,
			version: "0x8D1",
			md5,
		});
		const [request, ...others] = scripted.server.requests;
		expect(others).toEqual([]);
		expect(request).toMatchObject({
			method: "PUT",
			url: "/account/reg/pre/a%20b",
			body: content,
		});
		expect(request?.headers).toMatchObject({
			"content-md5": Buffer.from(md5, "hex").toString("base64"),
			"content-length": "7",
			"content-type": "application/octet-stream",
			"x-ms-blob-type": "BlockBlob",
			"x-ms-version": "2021-12-02",
			authorization: expect.stringMatching(/^SharedKey account:.{44}$/),
		});
	});

	test("of bytes that do not match their digest sends nothing (I4)", async () => {
		await using scripted = await scriptedAzure((_request, response) => {
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

	test.each([
		["absent" as const, { "if-none-match": "*" }],
		[{ version: "0x8D0" }, { "if-match": '"0x8D0"' }],
	])("on the condition %j sends it to the server", async (only, headers) => {
		await using scripted = await scriptedAzure((_request, response) => {
			refuse(response, 409, "BlobAlreadyExists");
		});
		await expectCode(
			scripted.store.put("a", bytes("x"), { only }),
			"precondition-failed",
		);
		expect(scripted.server.requests[0]?.headers).toMatchObject(headers);
	});

	test("is tried again when the server is busy, its body read anew", async () => {
		await using scripted = await scriptedAzure(({ number }, response) => {
			if (number < 2) refuse(response, 503, "ServerBusy");
			else response.writeHead(201, CREATED).end();
		});
		let opened = 0;
		const body = bodyOf([bytes("content")], 7, { atEnd: () => opened++ });
		const store = retry(scripted.store, { baseMs: 0 });
		expect(await store.put("a", body)).toMatchObject({ version: "0x8D1" });
		expect(opened).toBe(3);
	});

	test("is sent again when the bytes changed on the way", async () => {
		await using scripted = await scriptedAzure(({ number }, response) => {
			if (number === 0) refuse(response, 400, "Md5Mismatch");
			else response.writeHead(201, CREATED).end();
		});
		const store = retry(scripted.store, { baseMs: 0 });
		await store.put("a", bytes("x"));
		expect(scripted.server.requests).toHaveLength(2);
	});

	test("on a condition is not sent again when its answer was lost", async () => {
		await using scripted = await scriptedAzure((_request, response) => {
			response.socket?.destroy();
		});
		const store = retry(scripted.store, { baseMs: 0 });
		await expectCode(
			store.put("a", bytes("x"), { only: "absent" }),
			"unavailable",
		);
		expect(scripted.server.requests).toHaveLength(1);
	});

	test("with a shared access signature sends it with every request, and signs none", async () => {
		const authorization = bySignature("sv=1&sig=a%2Bb");
		await using scripted = await scriptedAzure(
			(_request, response) => void response.writeHead(201, CREATED).end(),
			{ authorization },
		);
		await scripted.store.put("a", bytes("x"));
		await scripted.store.delete(["b"]);
		const { requests } = scripted.server;
		expect(requests.map(({ url }) => url)).toEqual([
			"/account/reg/pre/a?sv=1&sig=a%2Bb",
			"/account/reg/pre/b?sv=1&sig=a%2Bb",
		]);
		for (const { headers } of requests)
			expect(headers.authorization).toBeUndefined();
	});
});

describe("put over a blob of another type", () => {
	/** A server that has an append blob, which only deletion gets out of the way. */
	function appendBlob(lose: "none" | "delete" = "none") {
		let isThere = true;
		return scriptedAzure(({ method, headers }, response) => {
			if (method === "HEAD")
				response
					.writeHead(isThere ? 200 : 404, {
						etag: '"0x8D0"',
						"x-ms-blob-type": "AppendBlob",
						"x-ms-error-code": "BlobNotFound",
					})
					.end();
			else if (method === "DELETE" && lose === "delete")
				refuse(response, 412, "ConditionNotMet");
			else if (method === "DELETE") {
				expect(headers["if-match"]).toBe('"0x8D0"');
				isThere = false;
				response.writeHead(202).end();
			} else if (isThere) refuse(response, 409, "InvalidBlobType");
			else response.writeHead(201, CREATED).end();
		});
	}

	test.each([
		["without a condition", undefined, undefined],
		["on the condition that it is what it was", { version: "0x8D0" }, "*"],
	])("deletes it and writes again, %s", async (_what, only, condition) => {
		await using scripted = await appendBlob();
		expect(await scripted.store.put("a", bytes("x"), { only })).toMatchObject({
			version: "0x8D1",
		});
		const { requests } = scripted.server;
		expect(requests.map(({ method }) => method)).toEqual([
			"PUT",
			"HEAD",
			"DELETE",
			"PUT",
		]);
		expect(requests[3]?.headers["if-none-match"]).toBe(condition);
	});

	test.each(["absent" as const, { version: "0x8DF" }])(
		"leaves it on the condition %j, which does not hold",
		async (only) => {
			await using scripted = await appendBlob();
			await expectCode(
				scripted.store.put("a", bytes("x"), { only }),
				"precondition-failed",
			);
			const methods = scripted.server.requests.map(({ method }) => method);
			expect(methods).not.toContain("DELETE");
		},
	);

	test("leaves it when somebody else writes it, to try again", async () => {
		await using scripted = await appendBlob("delete");
		await expectCode(scripted.store.put("a", bytes("x")), "unavailable");
	});
});
