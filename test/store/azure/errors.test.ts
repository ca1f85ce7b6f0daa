import { RestError } from "@azure/storage-blob";
import { errors } from "undici";
import { describe, expect, test } from "vitest";
import {
	fromResponse,
	fromThrown,
	serviceCode,
} from "../../../src/store/azure/errors.ts";
import { StoreError, type StoreErrorCode } from "../../../src/store/errors.ts";
import { serve } from "../http/http-server.ts";
import {
	ERROR_RESPONSES,
	type ErrorResponse,
	SECRETS,
} from "./error-responses.ts";
import { sdkContainer } from "./sdk-client.ts";

const ABOUT = { store: "az://account/reg", operation: "put", key: "a" };

function texts(error: StoreError): string {
	return [
		error.message,
		error.reason,
		...error.suggestions,
		JSON.stringify(error),
	].join("\n");
}

/** What Azure's own client takes for the code of a response. */
async function codeBySdk({
	status,
	headers,
	body,
}: ErrorResponse): Promise<string | undefined> {
	await using server = await serve((_request, response) => {
		response.writeHead(status, {
			"content-type": "application/xml",
			...headers,
		});
		response.end(body);
	});
	const blob = sdkContainer(`${server.origin}/account`, "reg").getBlobClient(
		"a",
	);
	const error = await blob.download().catch((thrown: unknown) => thrown);
	if (!(error instanceof RestError))
		throw new Error(`no error: ${String(error)}`);
	return error.code;
}

describe("an error response", () => {
	test.each(ERROR_RESPONSES)(
		"$title: is $code",
		({ status, headers, body, code, reason, suggestion }) => {
			const error = fromResponse(status, headers, body, ABOUT);
			expect(error).toMatchObject({ ...ABOUT, code });
			expect(error.retryable).toBe(
				code === "throttled" || code === "unavailable",
			);
			if (reason !== undefined) expect(error.reason).toMatch(reason);
			if (suggestion !== undefined)
				expect(error.suggestions.join()).toMatch(suggestion);
			expect(texts(error)).not.toMatch(/RequestId|Time:/);
			for (const secret of SECRETS) expect(texts(error)).not.toContain(secret);
		},
	);

	test.each(
		ERROR_RESPONSES.filter(
			({ headers, body }) => "x-ms-error-code" in headers && body !== "",
		),
	)("$title: has the code that Azure's own client finds", async (response) => {
		const code = await codeBySdk(response);
		expect(serviceCode(response.headers, "")).toBe(code);
		expect(serviceCode({}, response.body)).toBe(code);
	});

	test("says what the service says, without the id and the time of the request", () => {
		const response = ERROR_RESPONSES.find(({ title }) =>
			title.includes("ServerBusy"),
		);
		const { status = 0, headers = {}, body = "" } = response ?? {};
		expect(fromResponse(status, headers, body, ABOUT).message).toBe(
			'Cannot put "a" in az://account/reg: ServerBusy: The server is busy',
		);
	});

	test("without a body is told by its status", () => {
		expect(fromResponse(403, {}, "", ABOUT).message).toBe(
			'Cannot put "a" in az://account/reg: the server answered 403',
		);
	});
});

function named(name: string, message: string): Error {
	return Object.assign(new Error(message), { name });
}

describe("an error that is thrown", () => {
	test.each<[string, unknown, StoreErrorCode, RegExp]>([
		[
			"a reset connection",
			Object.assign(new Error("?"), { code: "ECONNRESET" }),
			"unavailable",
			/reset/,
		],
		[
			"undici's closed socket",
			new errors.SocketError("other side closed"),
			"unavailable",
			/closed/,
		],
		[
			"a mistake of ours",
			new TypeError("x is not a function"),
			"unknown",
			/not a function/,
		],
		["no error at all", "text", "unknown", /text/],
		[
			"an identity that is nowhere to be found",
			named(
				"AggregateAuthenticationError",
				"ChainedTokenCredential authentication failed.\nCredentialUnavailableError: …",
			),
			"unauthenticated",
			/^no credentials were found$/,
		],
		[
			"an identity that is refused",
			named(
				"AuthenticationError",
				"AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1",
			),
			"unauthenticated",
			/^the identity is refused: AADSTS7000215: Invalid client secret provided\.$/,
		],
	])("%s", (_what, thrown, code, reason) => {
		const error = fromThrown(thrown, ABOUT);
		expect(error).toMatchObject({ ...ABOUT, code, cause: thrown });
		expect(error.reason).toMatch(reason);
		if (code === "unauthenticated")
			expect(error.suggestions.join()).toMatch(/AZURE_STORAGE_KEY.*az login/);
	});

	test("that the store has judged already is passed on", () => {
		const error = new StoreError("corrupt", "judged", ABOUT);
		expect(fromThrown(error, { ...ABOUT, key: "b" })).toBe(error);
	});
});
