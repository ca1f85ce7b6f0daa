import type { StoreErrorCode } from "../../../src/store/errors.ts";

/** What Cloud Storage, or something in front of it, answered, and what the store makes of it. */
export interface ErrorResponse {
	readonly status: number;
	readonly body: string;
	readonly code: StoreErrorCode;
	/** In the error's reason. */
	readonly says: string;
	/** In what is suggested; `undefined` when nothing is. */
	readonly suggests: string | undefined;
}

const ACCOUNT = "sync@example.iam.gserviceaccount.com";

function json(
	status: number,
	reason: string,
	message: string,
	more: Readonly<Record<string, string>> = {},
	domain = "global",
): string {
	const errors = [{ message, domain, reason, ...more }];
	return JSON.stringify({ error: { code: status, message, errors } }, null, 2);
}

/**
 * Bodies as the JSON API sends them. Source: Cloud Storage documentation, "HTTP status and error codes for JSON", and
 * reports of its users; the last ones are those of fake-gcs-server and of proxies.
 */
export const ERROR_RESPONSES: readonly (readonly [string, ErrorResponse])[] = [
	[
		"a token that is not valid",
		{
			status: 401,
			body: json(401, "authError", "Invalid Credentials", {
				locationType: "header",
				location: "Authorization",
			}),
			code: "unauthenticated",
			says: "Invalid Credentials",
			suggests: "gcloud auth application-default login",
		},
	],
	[
		"no token",
		{
			status: 401,
			body: json(
				401,
				"required",
				"Anonymous caller does not have storage.objects.list access to the Google Cloud Storage bucket.",
				{ locationType: "header", location: "Authorization" },
			),
			code: "unauthenticated",
			says: "Anonymous caller does not have storage.objects.list access",
			suggests: "new key file",
		},
	],
	[
		"a missing permission",
		{
			status: 403,
			body: json(
				403,
				"forbidden",
				`${ACCOUNT} does not have storage.objects.delete access to the Google Cloud Storage object. Permission 'storage.objects.delete' denied on resource (or it may not exist).`,
			),
			code: "permission-denied",
			says: "does not have storage.objects.delete access",
			suggests: "roles/storage.objectUser",
		},
	],
	[
		"a machine whose access scope is too narrow",
		{
			status: 403,
			body: json(403, "insufficientPermissions", "Insufficient Permission"),
			code: "permission-denied",
			says: "Insufficient Permission",
			suggests: "devstorage.read_write",
		},
	],
	[
		"a retention policy",
		{
			status: 403,
			body: json(
				403,
				"retentionPolicyNotMet",
				"Object 'reg/pre/a' is subject to bucket's retention policy or object retention and cannot be deleted or overwritten until 2026-12-24T07:00:00.000000-08:00",
			),
			code: "permission-denied",
			says: "a retention policy protects it: Object 'reg/pre/a' is subject to bucket's retention policy",
			suggests: "Wait until",
		},
	],
	[
		"a hold",
		{
			status: 403,
			body: json(
				403,
				"objectUnderActiveHold",
				"Object 'reg/pre/a' is under active Temporary hold and cannot be deleted, overwritten or archived until hold is removed.",
			),
			code: "permission-denied",
			says: "a hold protects it: Object 'reg/pre/a' is under active Temporary hold",
			suggests: "Release the object's hold",
		},
	],
	[
		"a rate that is too high, with status 403",
		{
			status: 403,
			body: json(
				403,
				"rateLimitExceeded",
				"Rate Limit Exceeded",
				{},
				"usageLimits",
			),
			code: "throttled",
			says: "Rate Limit Exceeded",
			suggests: undefined,
		},
	],
	[
		"a user's rate that is too high",
		{
			status: 403,
			body: json(
				403,
				"userRateLimitExceeded",
				"User Rate Limit Exceeded",
				{},
				"usageLimits",
			),
			code: "throttled",
			says: "User Rate Limit Exceeded",
			suggests: undefined,
		},
	],
	[
		"one object that is written too often",
		{
			status: 429,
			body: json(
				429,
				"rateLimitExceeded",
				"The object reg/pre/a exceeded the rate limit for object mutation operations (create, update, and delete). Please reduce your request rate. See https://cloud.google.com/storage/docs/gcs429.",
				{},
				"usageLimits",
			),
			code: "throttled",
			says: "exceeded the rate limit for object mutation operations",
			suggests: undefined,
		},
	],
	[
		"a bucket whose requester pays",
		{
			status: 400,
			body: json(
				400,
				"userProjectMissing",
				"Bucket is a requester pays bucket but no user project provided.",
			),
			code: "permission-denied",
			says: "requester pays bucket",
			suggests: "user-project=PROJECT",
		},
	],
	[
		"a project that may not be charged",
		{
			status: 403,
			body: json(
				403,
				"UserProjectAccessDenied",
				`${ACCOUNT} does not have serviceusage.services.use access to the Google Cloud project.`,
			),
			code: "permission-denied",
			says: "serviceusage.services.use",
			suggests: "serviceusage.services.use",
		},
	],
	[
		"a customer-supplied key",
		{
			status: 400,
			body: json(
				400,
				"resourceIsEncryptedWithCustomerEncryptionKey",
				"The target object is encrypted by a customer-supplied encryption key.",
			),
			code: "unsupported",
			says: "customer-supplied encryption key",
			suggests: "Rewrite it",
		},
	],
	[
		"a bucket that does not exist",
		{
			status: 404,
			body: json(404, "notFound", "The specified bucket does not exist."),
			code: "unavailable",
			says: "The specified bucket does not exist",
			suggests: "create the bucket",
		},
	],
	[
		"a condition that does not hold",
		{
			status: 412,
			body: json(
				412,
				"conditionNotMet",
				"At least one of the pre-conditions you specified did not hold.",
				{ locationType: "header", location: "If-Match" },
			),
			code: "precondition-failed",
			says: "pre-conditions",
			suggests: undefined,
		},
	],
	[
		"an MD5 that is not the bytes' own",
		{
			status: 400,
			body: json(
				400,
				"invalid",
				'Provided MD5 hash "1B2M2Y8AsgTpgAmY7PhCfg==" doesn\'t match calculated MD5 hash "XrY7u+Ae7tCTyyK7j1rNww==".',
			),
			code: "unavailable",
			says: "doesn't match calculated",
			suggests: undefined,
		},
	],
	[
		"a CRC32C that is not the bytes' own",
		{
			status: 400,
			body: json(
				400,
				"invalid",
				'Provided CRC32C "AAAAAA==" doesn\'t match calculated CRC32C "yZRlqg==".',
			),
			code: "unavailable",
			says: "doesn't match calculated",
			suggests: undefined,
		},
	],
	[
		"a request that makes no sense",
		{
			status: 400,
			body: json(400, "invalid", "Invalid bucket name: 'Reg'"),
			code: "unknown",
			says: "invalid: Invalid bucket name",
			suggests: undefined,
		},
	],
	[
		"a range after the object's end",
		{
			status: 416,
			body: json(
				416,
				"requestedRangeNotSatisfiable",
				"Request range not satisfiable",
			),
			code: "unsupported",
			says: "Request range not satisfiable",
			suggests: undefined,
		},
	],
	[
		"a session that has ended",
		{
			status: 410,
			body: "",
			code: "unavailable",
			says: "the server answered 410",
			suggests: undefined,
		},
	],
	[
		"an upload whose connection broke",
		{
			status: 408,
			body: json(408, "uploadBrokenConnection", "Broken connection"),
			code: "unavailable",
			says: "Broken connection",
			suggests: undefined,
		},
	],
	[
		"a conflict with another request",
		{
			status: 409,
			body: json(409, "conflict", "The object was modified concurrently."),
			code: "unavailable",
			says: "modified concurrently",
			suggests: undefined,
		},
	],
	...([500, 502, 503, 504] as const).map(
		(status) =>
			[
				`a failure of the server, ${status}`,
				{
					status,
					body: json(status, "backendError", "Backend Error"),
					code: "unavailable",
					says: "Backend Error",
					suggests: undefined,
				},
			] as const,
	),
	[
		"a download of what does not exist",
		{
			status: 404,
			body: "No such object: reg/pre/a",
			code: "unavailable",
			says: "No such object: reg/pre/a",
			suggests: "Check the bucket's name",
		},
	],
	[
		"a download of a range after the end, as fake-gcs-server answers it",
		{
			status: 416,
			body: "<?xml version='1.0' encoding='UTF-8'?><Error><Code>InvalidRange</Code></Error>",
			code: "unsupported",
			says: "begins after its end",
			suggests: undefined,
		},
	],
	[
		"an upload in parts that is gone, as the XML API answers it",
		{
			status: 404,
			body: "<?xml version='1.0' encoding='UTF-8'?><Error><Code>NoSuchUpload</Code><Message>The specified upload does not exist.</Message></Error>",
			code: "not-found",
			says: "NoSuchUpload: The specified upload does not exist",
			suggests: "bucket",
		},
	],
	[
		"a proxy's page",
		{
			status: 403,
			body: "<html>\n<head><title>403 Forbidden</title></head></html>",
			code: "permission-denied",
			says: "the server answered 403",
			suggests: "roles/storage.objectUser",
		},
	],
	[
		"a method that is not known",
		{
			status: 501,
			body: "",
			code: "unsupported",
			says: "the server answered 501",
			suggests: undefined,
		},
	],
];
