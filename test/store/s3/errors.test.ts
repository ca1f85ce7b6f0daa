import {
	AbortMultipartUploadCommand,
	CompleteMultipartUploadCommand,
	S3Client,
} from "@aws-sdk/client-s3";
import { HttpResponse } from "@smithy/protocol-http";
import { errors } from "undici";
import { describe, expect, test, vi } from "vitest";
import { StoreError, type StoreErrorCode } from "../../../src/store/errors.ts";
import { fromResponse, fromThrown } from "../../../src/store/s3/errors.ts";
import {
	ERROR_RESPONSES,
	type ErrorResponse,
	SECRETS,
} from "./error-responses.ts";

const ABOUT = { store: "s3://reg", operation: "put", key: "a" };

/** What the SDK makes of a response: a real error of its own. */
async function thrownBySdk(
	{ status, headers = {}, body }: Omit<ErrorResponse, "title" | "code">,
	command:
		| CompleteMultipartUploadCommand
		| AbortMultipartUploadCommand = new AbortMultipartUploadCommand(UPLOAD),
): Promise<unknown> {
	const client = new S3Client({
		region: "us-east-1",
		maxAttempts: 1,
		credentials: { accessKeyId: "AKIA", secretAccessKey: "secret" },
		requestHandler: {
			handle: async () => ({
				response: new HttpResponse({
					statusCode: status,
					headers: { ...headers },
					body: Buffer.from(body),
				}),
			}),
		},
	});
	return await client.send(command).then(
		() => undefined,
		(error: unknown) => error,
	);
}

const UPLOAD = { Bucket: "reg", Key: "a", UploadId: "1" };

function texts(error: StoreError): string {
	return [
		error.message,
		error.reason,
		...error.suggestions,
		JSON.stringify(error),
	].join("\n");
}

describe("an error response", () => {
	test.each(ERROR_RESPONSES)(
		"$title: is $code",
		({ status, headers = {}, body, code, suggestion }) => {
			const error = fromResponse(status, headers, body, ABOUT);
			expect(error).toMatchObject({ ...ABOUT, code });
			expect(error.retryable).toBe(
				code === "throttled" || code === "unavailable",
			);
			if (suggestion !== undefined)
				expect(error.suggestions.join()).toMatch(suggestion);
			for (const secret of SECRETS) expect(texts(error)).not.toContain(secret);
		},
	);

	test.each(ERROR_RESPONSES)(
		"$title: means the same when the SDK throws it",
		async (response) => {
			const thrown = await thrownBySdk(response);
			expect(thrown).toBeInstanceOf(Error);
			const error = fromThrown(thrown, ABOUT);
			expect(error).toMatchObject({ ...ABOUT, code: response.code });
			expect(error.cause).toBe(thrown);
			expect(error.message).not.toMatch(/UnknownError|Deserialization/);
			for (const secret of SECRETS) expect(texts(error)).not.toContain(secret);
		},
	);

	test.each([
		["open", "s3:ListBucket"],
		["list", "s3:ListBucket"],
		["head", "s3:GetObject"],
		["get", "s3:GetObject"],
		["put", "s3:PutObject"],
		["delete", "s3:DeleteObject"],
		["abort", "s3:AbortMultipartUpload"],
	])(
		"that forbids to %s says what must be allowed: %s",
		(operation, action) => {
			for (const body of ["", "<Error><Code>AccessDenied</Code></Error>"]) {
				const error = fromResponse(403, {}, body, { ...ABOUT, operation });
				expect(error.code).toBe("permission-denied");
				expect(error.suggestions.join()).toContain(`(${action})`);
			}
		},
	);

	test("without a body is told by its status", () => {
		expect(fromResponse(403, {}, "", ABOUT).message).toBe(
			'Cannot put "a" in s3://reg: the server answered 403',
		);
	});
});

describe("a completed upload", () => {
	const complete = new CompleteMultipartUploadCommand({
		...UPLOAD,
		MultipartUpload: { Parts: [] },
	});

	test.each([
		[
			"an error in an answer of success",
			"<Error><Code>InternalError</Code><Message>Try again.</Message></Error>",
		],
		["an empty answer", ""],
		["an answer that is cut off", "<CompleteMultipartUploadResult><Loc"],
		["an answer that is none", "<html>It works</html"],
	])("with %s may have failed: try again", async (_what, body) => {
		const thrown = await thrownBySdk({ status: 200, body }, complete);
		expect(fromThrown(thrown, ABOUT).code).toBe("unavailable");
	});
});

function withCode(code: string): Error {
	return Object.assign(new Error(`it failed with ${code}`), { code });
}

describe("a failure of the network", () => {
	test.each<[string, unknown, RegExp]>([
		["a refused connection", withCode("ECONNREFUSED"), /nothing listens/],
		["a reset connection", withCode("ECONNRESET"), /reset/],
		["a broken pipe", withCode("EPIPE"), /closed/],
		["an unknown host", withCode("ENOTFOUND"), /host name is not known/],
		["a name server that fails", withCode("EAI_AGAIN"), /looked up/],
		["an unreachable host", withCode("EHOSTUNREACH"), /host cannot be reached/],
		["an unreachable network", withCode("ENETUNREACH"), /network cannot be/],
		["a time-out", withCode("ETIMEDOUT"), /timed out/],
		[
			"undici's connection time-out",
			new errors.ConnectTimeoutError(),
			/timed out/,
		],
		[
			"undici's silence before the answer",
			new errors.HeadersTimeoutError(),
			/did not answer/,
		],
		[
			"undici's silence in the answer",
			new errors.BodyTimeoutError(),
			/stopped answering/,
		],
		[
			"undici's closed socket",
			new errors.SocketError("other side closed"),
			/closed/,
		],
		[
			"undici's short answer",
			new errors.ResponseContentLengthMismatchError(),
			/middle of the answer/,
		],
		[
			"undici's garbage",
			new errors.HTTPParserError("Expected HTTP/"),
			/does not speak HTTP/,
		],
		["Node's garbage", withCode("HPE_INVALID_CONSTANT"), /does not speak HTTP/],
		[
			"undici's garbage in a header",
			withCode("HPE_INVALID_HEADER_TOKEN"),
			/does not speak HTTP/,
		],
		[
			"http where https is expected",
			withCode("ERR_SSL_WRONG_VERSION_NUMBER"),
			/does not speak TLS/,
		],
		[
			"the SDK's time-out",
			Object.assign(new Error("timed out"), { name: "TimeoutError" }),
			/TimeoutError/,
		],
		[
			"several addresses that refuse",
			Object.assign(
				new AggregateError([
					withCode("ECONNREFUSED"),
					withCode("ECONNREFUSED"),
				]),
				{ code: "ECONNREFUSED" },
			),
			/nothing listens/,
		],
		[
			"several addresses, without a code of their own",
			new AggregateError([new Error("?"), withCode("EHOSTUNREACH")]),
			/host cannot be reached/,
		],
		[
			"an error that the network caused",
			new Error("fetch failed", {
				cause: new Error("once more", { cause: withCode("ECONNRESET") }),
			}),
			/reset/,
		],
	])("%s may pass", (_what, thrown, reason) => {
		const error = fromThrown(thrown, ABOUT);
		expect(error).toMatchObject({
			...ABOUT,
			code: "unavailable",
			cause: thrown,
		});
		expect(error.retryable).toBe(true);
		expect(error.reason).toMatch(reason);
	});

	test.each([
		"DEPTH_ZERO_SELF_SIGNED_CERT",
		"SELF_SIGNED_CERT_IN_CHAIN",
		"UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
		"UNABLE_TO_VERIFY_LEAF_SIGNATURE",
		"CERT_HAS_EXPIRED",
		"ERR_TLS_CERT_ALTNAME_INVALID",
	])("%s does not pass, and says what to set", (code) => {
		const error = fromThrown(withCode(code), ABOUT);
		expect(error.code).toBe("unknown");
		expect(error.suggestions.join()).toMatch(
			/--ca-bundle FILE|certificate is for|Renew/,
		);
	});
});

describe("anything else", () => {
	test("that the store has judged already is passed on", () => {
		const error = new StoreError("corrupt", "judged", ABOUT);
		expect(fromThrown(error, { ...ABOUT, key: "b" })).toBe(error);
	});

	test.each<[string, unknown, StoreErrorCode]>([
		["a mistake of ours", new TypeError("x is not a function"), "unknown"],
		["no error at all", "text", "unknown"],
		["nothing", undefined, "unknown"],
		["a code that nobody knows", withCode("E_SOMETHING"), "unknown"],
	])("%s is %s, and is not tried again", (_what, thrown, code) => {
		const error = fromThrown(thrown, ABOUT);
		expect(error).toMatchObject({ code, cause: thrown, retryable: false });
	});

	test("missing credentials are named, with what to set", async () => {
		vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
		const client = new S3Client({ region: "us-east-1" });
		const thrown = await client.config.credentials().catch((error) => error);
		const error = fromThrown(thrown, ABOUT);
		expect(error.code).toBe("unauthenticated");
		expect(error.reason).toBe("no credentials were found");
		expect(error.suggestions.join()).toContain("AWS_PROFILE");
	});
});
