import {
	StoreError,
	type StoreErrorCode,
	type StoreErrorOptions,
} from "../errors.ts";
import { element } from "./list-parser.ts";

/**
 * Error codes of S3 and its compatibles that say more than their HTTP status.
 * Source: Amazon S3 API reference, "Error responses"; MinIO cmd/api-errors.go.
 */
const CODES: Readonly<Record<string, StoreErrorCode>> = {
	NoSuchKey: "not-found",
	NoSuchBucket: "not-found",
	NoSuchUpload: "not-found",
	NotFound: "not-found",
	PreconditionFailed: "precondition-failed",
	ConditionalRequestConflict: "unavailable",
	OperationAborted: "unavailable",
	AccessDenied: "permission-denied",
	AllAccessDisabled: "permission-denied",
	InvalidAccessKeyId: "unauthenticated",
	SignatureDoesNotMatch: "unauthenticated",
	ExpiredToken: "unauthenticated",
	InvalidToken: "unauthenticated",
	CredentialsProviderError: "unauthenticated",
	RequestTimeTooSkewed: "unauthenticated",
	AuthorizationHeaderMalformed: "unauthenticated",
	SlowDown: "throttled",
	SlowDownRead: "throttled",
	SlowDownWrite: "throttled",
	Throttling: "throttled",
	ThrottlingException: "throttled",
	TooManyRequests: "throttled",
	RequestLimitExceeded: "throttled",
	RequestTimeout: "unavailable",
	InternalError: "unavailable",
	ServiceUnavailable: "unavailable",
	XMinioServerNotInitialized: "unavailable",
	// The store has proven our own bytes before it sent them: they changed on the way.
	BadDigest: "unavailable",
	XAmzContentSHA256Mismatch: "unavailable",
	XAmzContentChecksumMismatch: "unavailable",
	IncompleteBody: "unavailable",
	NotImplemented: "unsupported",
	EntityTooLarge: "unsupported",
	KeyTooLongError: "unsupported",
};

const SUGGESTIONS: Readonly<Record<string, string>> = {
	NoSuchBucket:
		"Check the bucket's name in the URL, or create the bucket first.",
	InvalidAccessKeyId:
		"Check the access key: AWS_ACCESS_KEY_ID, or the profile in AWS_PROFILE.",
	SignatureDoesNotMatch:
		"Check the secret key: AWS_SECRET_ACCESS_KEY, or the profile in AWS_PROFILE.",
	ExpiredToken: "Get new temporary credentials.",
	CredentialsProviderError:
		"Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile in AWS_PROFILE.",
	RequestTimeTooSkewed:
		"Set this machine's clock: it differs from the server's by more than 15 minutes.",
	AccessDenied:
		"Allow these credentials to list, read, write and delete objects in this bucket and prefix.",
};

/** How the server was told apart: its own code where it gave one, and the HTTP status. */
export interface S3Failure {
	readonly status: number;
	readonly code?: string | undefined;
	readonly message?: string | undefined;
	/** The bucket's region, where the server says that another was expected. */
	readonly region?: string | undefined;
	readonly cause?: unknown;
}

/** What a failed request means for the store. */
export function fromFailure(
	failure: S3Failure,
	about: StoreErrorOptions,
): StoreError {
	const { status, code, message, region, cause } = failure;
	const storeCode =
		(code === undefined ? undefined : CODES[code]) ?? fromStatus(status);
	const said =
		code === "CredentialsProviderError"
			? "no credentials were found"
			: [code, message]
					.filter((text) => text !== undefined && text !== "")
					.join(": ");
	const reason =
		region === undefined
			? said || `the server answered ${status}`
			: `the bucket is in region "${region}"`;
	const suggestion =
		region === undefined
			? SUGGESTIONS[code ?? ""]
			: `Add region=${region} to the URL.`;
	return new StoreError(storeCode, reason, {
		...about,
		cause,
		suggestions: suggestion === undefined ? [] : [suggestion],
	});
}

/** What an error response of the lean plane means. `body` is empty for HEAD. */
export function fromResponse(
	status: number,
	headers: Readonly<Record<string, string | string[] | undefined>>,
	body: string,
	about: StoreErrorOptions,
): StoreError {
	const at = (name: string) =>
		body.includes("<Error>") ? element(body, name, 0, body.length) : undefined;
	const code = at("Code");
	const isElsewhere =
		status === 301 ||
		code === "AuthorizationHeaderMalformed" ||
		code === "PermanentRedirect";
	const header = headers["x-amz-bucket-region"];
	const region = isElsewhere
		? (at("Region") ?? (typeof header === "string" ? header : undefined))
		: undefined;
	return fromFailure(
		{ status, code, message: at("Message")?.replace(/\.$/, ""), region },
		about,
	);
}

/** What an error that the SDK, or the connection below either plane, threw means. Errors of the store are passed on. */
export function fromThrown(
	error: unknown,
	about: StoreErrorOptions,
): StoreError {
	if (error instanceof StoreError) return error;
	if (!(error instanceof Error))
		return new StoreError("unknown", String(error), { ...about, cause: error });
	const status = statusOf(error);
	const code =
		CODES[error.name] === undefined && status === undefined
			? undefined
			: error.name;
	if (code !== undefined)
		return fromFailure(
			{ status: status ?? 0, code, message: error.message, cause: error },
			about,
		);
	const network = networkReason(error);
	if (network !== undefined) {
		const suggestions = [
			"Check the endpoint in the URL, and that this machine can reach it.",
		];
		return new StoreError("unavailable", network, {
			...about,
			cause: error,
			suggestions,
		});
	}
	return new StoreError("unknown", error.message || error.name, {
		...about,
		cause: error,
	});
}

function fromStatus(status: number): StoreErrorCode {
	switch (status) {
		case 401:
			return "unauthenticated";
		case 403:
			return "permission-denied";
		case 404:
			return "not-found";
		case 409:
			return "unavailable";
		case 412:
			return "precondition-failed";
		case 429:
			return "throttled";
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

const NETWORK: Readonly<Record<string, string>> = {
	ECONNREFUSED: "nothing listens there (connection refused)",
	ECONNRESET: "the connection was reset",
	EPIPE: "the connection was closed",
	ENOTFOUND: "its host name is not known",
	EAI_AGAIN: "its host name could not be looked up",
	EHOSTUNREACH: "its host cannot be reached",
	ENETUNREACH: "its network cannot be reached",
	ETIMEDOUT: "the connection timed out",
	UND_ERR_CONNECT_TIMEOUT: "the connection timed out",
	UND_ERR_HEADERS_TIMEOUT: "the server did not answer in time",
	UND_ERR_BODY_TIMEOUT: "the server stopped answering",
	UND_ERR_SOCKET: "the connection was closed",
	UND_ERR_DESTROYED: "the connection was closed",
	HPE_INVALID_CONSTANT: "what answers there does not speak HTTP (is it https?)",
};

/** Why the network failed, in words; `undefined` when the error is none of the network's. */
function networkReason(error: Error): string | undefined {
	const causes =
		error instanceof AggregateError
			? [error, ...error.errors]
			: [error, error.cause];
	for (const cause of causes) {
		if (
			cause instanceof Error &&
			"code" in cause &&
			typeof cause.code === "string"
		) {
			const reason = NETWORK[cause.code];
			if (reason !== undefined) return reason;
		}
	}
	return undefined;
}
