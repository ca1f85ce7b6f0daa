import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { bodyOf } from "../../conformance/bodies.ts";
import { bytes, expectCode } from "../../conformance/objects.ts";
import { give, refuse, scriptedS3 } from "./scripted-s3.ts";
import { UploadServer } from "./upload-server.ts";

const OPTIONS = "sse=kms&kms-key-id=k&storage-class=STANDARD_IA&acl=private";

const HEADERS = {
	"x-amz-server-side-encryption": "aws:kms",
	"x-amz-server-side-encryption-aws-kms-key-id": "k",
	"x-amz-storage-class": "STANDARD_IA",
	"x-amz-acl": "private",
};

const KEPT = {
	"x-amz-server-side-encryption": "aws:kms",
	"x-amz-storage-class": "STANDARD_IA",
};

describe("how objects are to lie", () => {
	test("is asked of every put, signed, and looked at once", async () => {
		await using scripted = await scriptedS3(({ method }, response) => {
			if (method === "HEAD") give(response, "", KEPT);
			else response.writeHead(200, { etag: '"e"' }).end();
		}, OPTIONS);
		const { store, server } = scripted;
		await store.put("a", bytes("x"));
		await store.put("b", bytes("x"));
		expect(server.requests.map(({ method }) => method)).toEqual([
			"PUT",
			"HEAD",
			"PUT",
		]);
		for (const { headers } of server.requests.filter(
			({ method }) => method === "PUT",
		)) {
			expect(headers).toMatchObject(HEADERS);
			for (const name of Object.keys(HEADERS))
				expect(headers.authorization).toContain(name);
		}
	});

	test("is asked when an upload in parts begins, and of no part", async () => {
		const uploads = new UploadServer();
		await using scripted = await scriptedS3((request, response) => {
			if (request.method === "HEAD") give(response, uploads.content, KEPT);
			else uploads.handle(request, response);
		}, OPTIONS);
		const content = randomBytes(9 * 1024 * 1024);
		await scripted.store.put("a", bodyOf([content]));
		const [create, ...others] = scripted.server.requests;
		expect(create?.query.has("uploads")).toBe(true);
		expect(create?.headers).toMatchObject(HEADERS);
		for (const { headers } of others)
			expect(Object.keys(headers)).not.toContain("x-amz-acl");
	});

	test("is asked of nothing where the URL asks for nothing, and nothing is looked at", async () => {
		await using scripted = await scriptedS3((_request, response) => {
			response.writeHead(200, { etag: '"e"' }).end();
		}, "object-ownership=true");
		await scripted.store.put("a", bytes("x"));
		const [request, ...others] = scripted.server.requests;
		expect(others).toEqual([]);
		for (const name of Object.keys(HEADERS))
			expect(request?.headers).not.toHaveProperty(name);
	});

	test.each([
		["sse=aes256", {}, /ignores the option sse/],
		["sse=kms", { "x-amz-server-side-encryption": "AES256" }, /option sse/],
		["storage-class=STANDARD_IA", {}, /ignores the option storage-class/],
		[
			"storage-class=GLACIER_IR",
			{ "x-amz-storage-class": "STANDARD" },
			/ignores the option storage-class/,
		],
	])(
		"as %s, and then is as %j: refused, and nothing more is sent",
		async (options, kept, reason) => {
			await using scripted = await scriptedS3(({ method }, response) => {
				if (method === "HEAD") give(response, "", kept);
				else response.writeHead(200, { etag: '"e"' }).end();
			}, options);
			const { store, server } = scripted;
			await expect(store.put("a", bytes("x"))).rejects.toMatchObject({
				code: "unsupported",
				reason: expect.stringMatching(reason),
			});
			const asked = server.requests.length;
			await expectCode(store.put("b", bytes("x")), "unsupported");
			expect(server.requests).toHaveLength(asked);
		},
	);

	test("as STANDARD is nothing that S3 would say of an object", async () => {
		await using scripted = await scriptedS3(({ method }, response) => {
			if (method === "HEAD") give(response, "");
			else response.writeHead(200, { etag: '"e"' }).end();
		}, "storage-class=STANDARD");
		expect(await scripted.store.put("a", bytes("x"))).toMatchObject({
			size: 1,
		});
	});

	test("and is refused without a reason: the options are named", async () => {
		await using scripted = await scriptedS3((_request, response) => {
			refuse(response, 400, "InvalidRequest");
		}, "sse=aes256");
		await expect(scripted.store.put("a", bytes("x"))).rejects.toMatchObject({
			code: "unknown",
			suggestions: [expect.stringContaining("without sse")],
		});
	});
});
