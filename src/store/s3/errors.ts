import {
	StoreError,
	type StoreErrorCode,
	type StoreErrorOptions,
} from "../errors.ts";
import type { ResponseHeaders } from "../http/exchange.ts";
import { fromNetwork } from "../http/network-errors.ts";
import { retryAfterMs } from "../http/retry-after.ts";
import { element } from "../http/xml.ts";

/**
 * Error codes of S3 and its compatibles that say more than their HTTP status. Those of throttling are many, see `THROTTLED`.
 * Source: Amazon S3 API reference, "Error responses"; MinIO cmd/api-errors.go; Ceph src/rgw/rgw_common.cc; VersityGW
 * s3err/s3err.go.
 */
const CODES: Readonly<Record<string, StoreErrorCode>> = {
	NoSuchKey: "not-found",
	NoSuchUpload: "not-found",
	// Nothing is known any more of what it held: unknown, not absent (I2).
	NoSuchBucket: "unavailable",
	PreconditionFailed: "precondition-failed",
	ConditionalRequestConflict: "unavailable",
	OperationAborted: "unavailable",
	AccessDenied: "permission-denied",
	AllAccessDisabled: "permission-denied",
	"KMS.AccessDeniedException": "permission-denied",
	InvalidAccessKeyId: "unauthenticated",
	SignatureDoesNotMatch: "unauthenticated",
	ExpiredToken: "unauthenticated",
	InvalidToken: "unauthenticated",
	TokenRefreshRequired: "unauthenticated",
	CredentialsProviderError: "unauthenticated",
	RequestTimeTooSkewed: "unauthenticated",
	AuthorizationHeaderMalformed: "unauthenticated",
	RequestTimeout: "unavailable",
	InternalError: "unavailable",
	ServiceUnavailable: "unavailable",
	"KMS.DependencyTimeoutException": "unavailable",
	"KMS.KMSInternalException": "unavailable",
	// What the SDK calls a time-out of its own.
	TimeoutError: "unavailable",
	// As on a file system, space may come back.
	QuotaExceeded: "unavailable",
	XMinioAdminBucketQuotaExceeded: "unavailable",
	XMinioStorageFull: "unavailable",
	// The store has proven our own bytes before it sent them: they changed on the way.
	BadDigest: "unavailable",
	XAmzContentSHA256Mismatch: "unavailable",
	XAmzContentChecksumMismatch: "unavailable",
	IncompleteBody: "unavailable",
	NotImplemented: "unsupported",
	EntityTooLarge: "unsupported",
	InvalidRange: "unsupported",
	KeyTooLongError: "unsupported",
	// Ceph's.
	InvalidObjectName: "unsupported",
	XMinioInvalidObjectName: "unsupported",
	XMinioInvalidResourceName: "unsupported",
	// It is archived, and must be restored before it can be read.
	InvalidObjectState: "unsupported",
	// Servers on a file system cannot hold `a` beside `a/b`.
	XMinioObjectExistsAsDirectory: "unsupported",
	XMinioParentIsObject: "unsupported",
	ObjectParentIsFile: "unsupported",
	ExistingObjectIsDirectory: "unsupported",
	DirectoryObjectContainsData: "unsupported",
	// What the URL asks for each object.
	InvalidStorageClass: "unsupported",
	AccessControlListNotSupported: "unsupported",
	InvalidBucketName: "unsupported",
	MethodNotAllowed: "unsupported",
};

/**
 * The ways to say "slow down": S3's SlowDown, MinIO's SlowDownRead and SlowDownWrite, and what AWS passes on from the
 * key service (KMS.ThrottlingException, with status 400) and its gateways.
 */
const THROTTLED = /SlowDown|Throttl|TooManyRequests|RequestLimitExceeded/;

const KEY_ADVICE =
	"Check the key that the bucket, or kms-key-id in the URL, names: it must exist, and be enabled.";

const QUOTA_ADVICE =
	"Raise the quota at the server or make room there, then run it again.";

const SUGGESTIONS: Readonly<Record<string, string>> = {
	NoSuchBucket:
		"Check the bucket's name in the URL, or create the bucket first.",
	InvalidAccessKeyId:
		"Check the access key: AWS_ACCESS_KEY_ID, or the profile in AWS_PROFILE.",
	SignatureDoesNotMatch:
		"Check the secret key: AWS_SECRET_ACCESS_KEY, or the profile in AWS_PROFILE.",
	ExpiredToken: "Get new temporary credentials.",
	TokenRefreshRequired: "Get new temporary credentials.",
	InvalidToken:
		"Check AWS_SESSION_TOKEN: it must be the one that belongs to the access key, and be left out where there is none.",
	CredentialsProviderError:
		"Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile in AWS_PROFILE.",
	RequestTimeTooSkewed:
		"Set this machine's clock: it differs from the server's by more than 15 minutes.",
	"KMS.AccessDeniedException":
		"Allow these credentials to use the key: kms:GenerateDataKey and kms:Decrypt.",
	"KMS.ThrottlingException":
		"Lower --concurrency, let the bucket use S3 Bucket Keys, which ask the key service less, or have its quota raised.",
	SlowDown: "Lower --concurrency: the server says that it is asked too much.",
	QuotaExceeded: QUOTA_ADVICE,
	XMinioAdminBucketQuotaExceeded: QUOTA_ADVICE,
	XMinioStorageFull: "Make room on the server's disks, then run it again.",
	"KMS.NotFoundException": KEY_ADVICE,
	"KMS.DisabledException": KEY_ADVICE,
	"KMS.KMSInvalidStateException": KEY_ADVICE,
	"kms:KeyNotFound": KEY_ADVICE,
	InvalidStorageClass:
		"Leave storage-class out of the URL, or name a class that this server has.",
	AccessControlListNotSupported:
		"The bucket takes no ACLs: leave acl out of the URL.",
	InvalidBucketName: "Check the bucket's name in the URL.",
};

/** What must be allowed for a call. Source: Amazon S3 user guide, "Required permissions for Amazon S3 API operations". */
const ACTIONS: Readonly<Record<string, string>> = {
	open: "list this bucket (s3:ListBucket)",
	list: "list this bucket (s3:ListBucket)",
	head: "read objects here (s3:GetObject)",
	get: "read objects here (s3:GetObject)",
	put: "write objects here (s3:PutObject)",
	delete: "delete objects here (s3:DeleteObject)",
	abort: "give up uploads here (s3:AbortMultipartUpload)",
};

/** The reason where the SDK's chain of credential providers came to nothing. */
export const NO_CREDENTIALS = "no credentials were found";

/** How the server was told apart: its own code where it gave one, and the HTTP status. */
export interface S3Failure {
	readonly status: number;
	readonly code?: string | undefined;
	readonly message?: string | undefined;
	/** The bucket's region, where the server says that another was expected. */
	readonly region?: string | undefined;
	readonly headers?: ResponseHeaders | undefined;
	readonly cause?: unknown;
}

/** What a failed request means for the store. */
export function fromFailure(
	failure: S3Failure,
	about: StoreErrorOptions,
): StoreError {
	const { status, code, message, region, headers = {}, cause } = failure;
	const storeCode =
		status === 429
			? "throttled"
			: ((code === undefined ? undefined : fromCode(code)) ??
				fromStatus(status));
	const said =
		code === "CredentialsProviderError"
			? NO_CREDENTIALS
			: [code, message]
					.filter((text) => text !== undefined && text !== "")
					.join(": ");
	const reason =
		region === undefined
			? said || `the server answered ${status}`
			: `the bucket is in region "${region}"`;
	const suggestion =
		region === undefined
			? (SUGGESTIONS[code ?? ""] ??
				(storeCode === "permission-denied"
					? `Allow these credentials to ${ACTIONS[about.operation] ?? ACTIONS.put}.`
					: undefined))
			: `Add region=${region} to the URL.`;
	return new StoreError(storeCode, reason, {
		...about,
		cause,
		suggestions: suggestion === undefined ? [] : [suggestion],
		retryAfterMs: retryAfterMs(headers),
	});
}

/** What an error response of the lean plane means. `body` is empty for HEAD. */
export function fromResponse(
	status: number,
	headers: ResponseHeaders,
	body: string,
	about: StoreErrorOptions,
): StoreError {
	const at = (name: string) => elementOf(body, name);
	const code = errorCodeOf(body);
	const isElsewhere =
		status === 301 ||
		code === "AuthorizationHeaderMalformed" ||
		code === "PermanentRedirect";
	const header = headers["x-amz-bucket-region"];
	const region = isElsewhere
		? at("Region") || (typeof header === "string" ? header : undefined)
		: undefined;
	return fromFailure(
		{
			status,
			code,
			message: at("Message")?.replace(/\.$/, ""),
			region,
			headers,
		},
		about,
	);
}

/** The server's own code in the body of an error response. */
export function errorCodeOf(body: string): string | undefined {
	return elementOf(body, "Code");
}

/** The text of an element of an error response. What of it is missing or cut off, the HTTP status must do without. */
function elementOf(body: string, name: string): string | undefined {
	if (!/<Error[\s>]/.test(body)) return undefined;
	try {
		return element(body, name, 0, body.length);
	} catch {
		return undefined;
	}
}

/** What the SDK calls an error whose response has no code that it could read. */
const NAMELESS: ReadonlySet<string> = new Set(["Error", "Unknown"]);

/** What an error that the SDK, or the connection below either plane, threw means. Errors of the store are passed on. */
export function fromThrown(
	error: unknown,
	about: StoreErrorOptions,
): StoreError {
	if (error instanceof StoreError) return error;
	if (!(error instanceof Error))
		return new StoreError("unknown", String(error), { ...about, cause: error });
	const status = statusOf(error);
	if (status !== undefined && status < 300) {
		// As with a listing, an answer that was cut off on its way may come whole the next time.
		const reason = `the server's answer cannot be read: ${error.message}`;
		return new StoreError("unavailable", reason, { ...about, cause: error });
	}
	if (status !== undefined || fromCode(error.name) !== undefined) {
		const isNamed = !NAMELESS.has(error.name);
		return fromFailure(
			{
				status: status ?? 0,
				code: isNamed ? error.name : undefined,
				message:
					isNamed && error.message !== "UnknownError"
						? error.message
						: undefined,
				headers: headersOf(error),
				cause: error,
			},
			about,
		);
	}
	const network = fromNetwork(error, about);
	if (network !== undefined) return network;
	return new StoreError("unknown", error.message || error.name, {
		...about,
		cause: error,
	});
}

function fromCode(code: string): StoreErrorCode | undefined {
	return CODES[code] ?? (THROTTLED.test(code) ? "throttled" : undefined);
}

/** 404 alone proves nothing absent: a proxy says it too, of paths that it does not pass on (I2). */
function fromStatus(status: number): StoreErrorCode {
	switch (status) {
		case 401:
			return "unauthenticated";
		case 403:
			return "permission-denied";
		case 408:
		case 409:
			return "unavailable";
		case 412:
			return "precondition-failed";
		case 501:
			return "unsupported";
		default:
			return status >= 500 ? "unavailable" : "unknown";
	}
}

/** The HTTP status that the SDK hangs on its errors. */
function statusOf(error: Error): number | undefined {
	if (
		!("$metadata" in error) ||
		typeof error.$metadata !== "object" ||
		error.$metadata === null
	)
		return undefined;
	const metadata: object = error.$metadata;
	return "httpStatusCode" in metadata &&
		typeof metadata.httpStatusCode === "number"
		? metadata.httpStatusCode
		: undefined;
}

/** The headers of the response that the SDK hangs on its errors. */
function headersOf(error: Error): ResponseHeaders | undefined {
	const response = "$response" in error ? error.$response : undefined;
	if (typeof response !== "object" || response === null) return undefined;
	const headers = "headers" in response ? response.headers : undefined;
	return typeof headers === "object" && headers !== null
		? { ...headers }
		: undefined;
}
