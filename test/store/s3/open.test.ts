import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, test, vi } from "vitest";
import { StoreError } from "../../../src/store/errors.ts";
import { open as openS3 } from "../../../src/store/s3/open.ts";
import { bodyOf } from "../../conformance/bodies.ts";
import { failureOf } from "../http/failures.ts";
import { type Handler, serve } from "../http/http-server.ts";
import { isAsSigned, listing, refuse } from "./scripted-s3.ts";
import { UploadServer } from "./upload-server.ts";

afterEach(() => {
	vi.unstubAllEnvs();
});

function urlOf(origin: string): URL {
	const url = new URL("s3://reg/pre");
	url.searchParams.set("endpoint", origin);
	return url;
}

/** How opening fails, and how many requests and connections are left. */
async function refusal(handle: Handler) {
	await using server = await serve(handle);
	const error = await failureOf(openS3(urlOf(server.origin)));
	if (!(error instanceof StoreError)) throw error;
	return { error, asked: server.requests.length, origin: server.origin };
}

describe("a bucket", () => {
	test("is opened when it can be listed, below its prefix", async () => {
		await using server = await serve((_request, response) => {
			response.end(listing(["a"]));
		});
		await using store = await openS3(urlOf(server.origin));
		expect(store).toMatchObject({
			url: "s3://reg/pre",
			identity: `${server.origin}/reg/pre/`,
		});
		const [{ query } = { query: undefined }] = server.requests;
		expect(query?.get("prefix")).toBe("pre/");
		expect(query?.get("max-keys")).toBe("1");
	});

	test.each([
		[404, "NoSuchBucket", "not-found"],
		[403, "AccessDenied", "permission-denied"],
		[403, "InvalidAccessKeyId", "unauthenticated"],
		[400, "AuthorizationHeaderMalformed", "unauthenticated"],
	] as const)(
		"that is answered %i %s is refused at once: %s",
		async (status, s3Code, code) => {
			const { error, asked, origin } = await refusal((_request, response) =>
				refuse(response, status, s3Code),
			);
			expect(error).toMatchObject({
				code,
				operation: "open",
				store: "s3://reg/pre",
			});
			expect(error.message).toContain(`at ${new URL(origin).host}`);
			expect(asked).toBe(1);
		},
	);

	test("is refused where something else than S3 answers", async () => {
		const { error } = await refusal(
			(_request, response) =>
				void response.end("<html><body>It works!</body></html>"),
		);
		expect(error.code).toBe("unsupported");
		expect(error.reason).toContain("not an S3 server");
	});

	test("is tried again a few times while its server is starting", async () => {
		await using server = await serve(({ number }, response) => {
			if (number < 2) refuse(response, 503, "XMinioServerNotInitialized");
			else response.end(listing([]));
		});
		await using _store = await openS3(urlOf(server.origin));
		expect(server.requests).toHaveLength(3);
	});

	test("is not opened when cancelled", async () => {
		await using server = await serve(() => undefined);
		const controller = new AbortController();
		const reason = new Error("cancelled");
		const { signal } = controller;
		const opening = failureOf(openS3(urlOf(server.origin), { signal }));
		controller.abort(reason);
		expect(await opening).toBe(reason);
	});

	test("needs no region where an endpoint is named, for large objects either", async () => {
		for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION"])
			vi.stubEnv(name, undefined);
		const uploads = new UploadServer();
		await using server = await serve((request, response) => {
			if (request.query.has("list-type")) response.end(listing([]));
			else if (isAsSigned(request)) uploads.handle(request, response);
			else refuse(response, 400, "XAmzContentSHA256Mismatch");
		});
		await using store = await openS3(urlOf(server.origin));
		const content = randomBytes(9 * 1024 * 1024);
		await store.put("a", bodyOf([content]));
		expect(uploads.content.equals(content)).toBe(true);
	});
});

test("a server that takes requests and answers none is given up", async () => {
	await using server = await serve(() => {});
	const opening = openS3(urlOf(server.origin), { timeoutMs: 200 });
	const error = await failureOf(opening);
	expect(error).toMatchObject({ code: "unavailable" });
	expect(String(error)).toContain("gave no answer within 0.2 seconds at 127.");
});
