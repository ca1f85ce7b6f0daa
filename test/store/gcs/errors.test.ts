import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { StoreError } from "../../../src/store/errors.ts";
import {
	fromCredentials,
	fromResponse,
	fromThrown,
} from "../../../src/store/gcs/errors.ts";
import { ERROR_RESPONSES } from "./error-responses.ts";

const ABOUT = { store: "gs://reg/pre", operation: "put", key: "a" };

describe("fromResponse", () => {
	test.each(ERROR_RESPONSES)("%s", (_name, response) => {
		const error = fromResponse(response.status, response.body, ABOUT);
		expect(error.code).toBe(response.code);
		expect(error.message).toContain('Cannot put "a" in gs://reg/pre: ');
		expect(error.reason).toContain(response.says);
		if (response.suggests === undefined) expect(error.suggestions).toEqual([]);
		else expect(error.suggestions.join()).toContain(response.suggests);
	});
});

describe("fromThrown", () => {
	test("passes on what is an error of the store already", () => {
		const error = new StoreError("throttled", "slower", ABOUT);
		expect(fromThrown(error, ABOUT)).toBe(error);
	});

	test.each([
		[Object.assign(new Error("-"), { code: "ECONNRESET" }), "unavailable"],
		[new Error("something else"), "unknown"],
		["no error", "unknown"],
	])("%s is %s", (thrown, code) => {
		expect(fromThrown(thrown, ABOUT)).toMatchObject({ code, ...ABOUT });
	});
});

/** As google-auth-library throws it: with the request that asked for the token. */
function refused(status: number, data: unknown): Error {
	const assertion = `grant_type=x&assertion=${SECRET}`;
	const response = { status, data, config: { body: assertion } };
	const config = { body: assertion, headers: { authorization: SECRET } };
	return Object.assign(new Error(`Request failed: ${SECRET}`), {
		config,
		response,
	});
}

const SECRET = "a-signed-assertion";

describe("fromCredentials", () => {
	test.each([
		[
			"a key that was deleted",
			refused(400, {
				error: "invalid_grant",
				error_description: "Invalid JWT Signature.",
			}),
			"unauthenticated",
			"invalid_grant: Invalid JWT Signature",
		],
		[
			"a clock that is wrong",
			refused(400, {
				error: "invalid_grant",
				error_description:
					"Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
			}),
			"unauthenticated",
			"in a reasonable timeframe",
		],
		[
			"an account that may not be impersonated",
			refused(403, {
				error: {
					code: 403,
					message:
						"Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
					status: "PERMISSION_DENIED",
				},
			}),
			"unauthenticated",
			"iam.serviceAccounts.getAccessToken",
		],
		[
			"a token server that is busy",
			refused(429, "slow down"),
			"unavailable",
			"the token server answered 429",
		],
		[
			"a token server that fails",
			refused(500, undefined),
			"unavailable",
			"the token server answered 500",
		],
		["nothing that is known", 17, "unauthenticated", "no access token"],
	])(
		"%s is named, and nothing of the request (I7)",
		(_what, thrown, code, says) => {
			const error = fromCredentials(thrown, ABOUT);
			expect(error.code).toBe(code);
			expect(error.reason).toContain(says);
			expect(inspect(error, { depth: 10 })).not.toContain(SECRET);
		},
	);
});
