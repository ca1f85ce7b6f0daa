import type { StoreErrorCode } from "../../../src/store/errors.ts";

/** A response as a server sends it, and what it must mean. */
export interface ErrorResponse {
	readonly title: string;
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	/** Empty, as to a HEAD, where there is none. */
	readonly body: string;
	readonly code: StoreErrorCode;
	readonly reason?: RegExp | undefined;
	readonly suggestion?: RegExp | undefined;
}

interface More {
	readonly message?: string;
	/** What the service says of a signature that it refuses. */
	readonly detail?: string;
	readonly reason?: RegExp;
	readonly suggestion?: RegExp;
	/** An invariant that the row guards. */
	readonly guards?: string;
}

/** Secrets that these bodies hold, and no message may (I7). */
export const SECRETS = ["0123signature", "sr=b&sig", "SharedKey "];

const TAIL =
	"\nRequestId:d8b6c4a2-001e-0038-2d5c-7f1e2a000000\nTime:2026-02-03T12:00:00.0000000Z";

function azure(
	status: number,
	serviceCode: string,
	code: StoreErrorCode,
	more: More = {},
): ErrorResponse {
	const { message = "It failed for a reason.", detail, guards } = more;
	const details =
		detail === undefined
			? ""
			: `<AuthenticationErrorDetail>${detail}</AuthenticationErrorDetail>`;
	return {
		title: `${status} ${serviceCode}${guards === undefined ? "" : ` (${guards})`}${detail === undefined ? "" : `, ${detail.slice(0, 20)}`}`,
		status,
		headers: {
			"x-ms-error-code": serviceCode,
			server: "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0",
		},
		body: `\uFEFF<?xml version="1.0" encoding="utf-8"?><Error><Code>${serviceCode}</Code><Message>${message}${TAIL}</Message>${details}</Error>`,
		code,
		reason: more.reason,
		suggestion: more.suggestion,
	};
}

/** As to a HEAD: all that is known is in the headers. */
const head = (
	status: number,
	serviceCode: string,
	code: StoreErrorCode,
): ErrorResponse => ({
	...azure(status, serviceCode, code),
	title: `${status} ${serviceCode} to a HEAD`,
	body: "",
});

/** No error of the service at all: what stands before it answers. */
const bare = (
	title: string,
	status: number,
	body: string,
	code: StoreErrorCode,
): ErrorResponse => ({
	title: `${title}: ${status}`,
	status,
	headers: {},
	body,
	code,
});

const HTML = "<html><body>An error</body></html>";

const REFUSED =
	"Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.";

export const ERROR_RESPONSES: readonly ErrorResponse[] = [
	azure(404, "BlobNotFound", "not-found", {
		message: "The specified blob does not exist.",
	}),
	head(404, "BlobNotFound", "not-found"),
	azure(404, "ContainerNotFound", "unavailable", {
		guards: "I2",
		suggestion: /create the container/,
	}),
	head(404, "ContainerNotFound", "unavailable"),
	azure(409, "ContainerBeingDeleted", "unavailable", { guards: "I2" }),
	azure(404, "ResourceNotFound", "unknown", { guards: "I2" }),
	bare("a proxy (I2)", 404, HTML, "unknown"),
	bare("a proxy (I2)", 404, "", "unknown"),

	azure(403, "AuthenticationFailed", "unauthenticated", {
		message: REFUSED,
		detail:
			"The MAC signature found in the HTTP request '0123signature' is not the same as any computed signature. Server used following string to sign: 'GET\n\n\n'.",
		reason: /does not accept the signature/,
		suggestion: /AZURE_STORAGE_KEY/,
		guards: "I7",
	}),
	azure(403, "AuthenticationFailed", "unauthenticated", {
		message: REFUSED,
		detail: "Request date header too old: 'Tue, 03 Feb 2026 11:00:00 GMT'",
		suggestion: /clock/,
	}),
	azure(403, "AuthenticationFailed", "unauthenticated", {
		message: REFUSED,
		detail:
			"Signature not valid in the specified time frame: Start [Mon, 02 Feb 2026 12:00:00 GMT] - Expiry [Mon, 02 Feb 2026 13:00:00 GMT] - Current [Tue, 03 Feb 2026 12:00:00 GMT]",
		reason: /expired/,
		suggestion: /Get a new one/,
	}),
	azure(403, "AuthenticationFailed", "unauthenticated", {
		message: REFUSED,
		detail:
			"Signature did not match. String to sign used was r\n\n sr=b&amp;sig=0123signature",
		suggestion: /AZURE_STORAGE_SAS_TOKEN/,
		guards: "I7",
	}),
	azure(403, "AuthenticationFailed", "unauthenticated", {
		message: REFUSED,
		suggestion: /AZURE_STORAGE_KEY/,
	}),
	head(403, "AuthenticationFailed", "unauthenticated"),
	azure(401, "InvalidAuthenticationInfo", "unauthenticated", {
		message:
			"Authentication information is not given in the correct format. Check the value of Authorization header.",
		suggestion: /az login.*AZURE_AUTHORITY_HOST/,
	}),
	azure(401, "NoAuthenticationInformation", "unauthenticated", {
		suggestion: /AZURE_STORAGE_KEY/,
	}),
	azure(403, "KeyBasedAuthenticationNotPermitted", "unauthenticated", {
		message:
			"Key based authentication is not permitted on this storage account.",
		suggestion: /Unset AZURE_STORAGE_KEY/,
	}),
	bare("a proxy", 401, HTML, "unauthenticated"),

	azure(403, "AuthorizationFailure", "permission-denied", {
		message: "This request is not authorized to perform this operation.",
		suggestion: /network rules/,
	}),
	azure(403, "AuthorizationPermissionMismatch", "permission-denied", {
		message:
			"This request is not authorized to perform this operation using this permission.",
		suggestion: /Storage Blob Data Contributor/,
	}),
	azure(403, "InsufficientAccountPermissions", "permission-denied", {
		suggestion: /Contributor/,
	}),
	azure(403, "AuthorizationSourceIPMismatch", "permission-denied", {
		suggestion: /this machine's address/,
	}),
	azure(403, "AuthorizationProtocolMismatch", "permission-denied", {
		suggestion: /https/,
	}),
	azure(403, "AuthorizationServiceMismatch", "permission-denied", {
		suggestion: /ss=b/,
	}),
	azure(403, "AuthorizationResourceTypeMismatch", "permission-denied", {
		suggestion: /srt=co/,
	}),
	azure(409, "PublicAccessNotPermitted", "permission-denied"),
	azure(403, "AccountIsDisabled", "permission-denied"),
	bare("a proxy", 403, HTML, "permission-denied"),
	azure(412, "LeaseIdMissing", "permission-denied", {
		message:
			"There is currently a lease on the blob and no lease ID was specified in the request.",
		reason: /lease on it/,
		suggestion: /lease break/,
	}),
	azure(412, "LeaseIdMismatchWithBlobOperation", "permission-denied", {
		suggestion: /lease break/,
	}),
	azure(409, "BlobImmutableDueToPolicy", "permission-denied", {
		message:
			"This operation is not permitted as the blob is immutable due to a policy.",
		suggestion: /retention policy/,
	}),
	azure(409, "BlobImmutableDueToLegalHold", "permission-denied", {
		suggestion: /legal hold/,
	}),
	azure(409, "SnapshotsPresent", "permission-denied", {
		suggestion: /snapshots/,
	}),

	azure(503, "ServerBusy", "throttled", { message: "The server is busy." }),
	azure(500, "OperationTimedOut", "unavailable", {
		message: "Operation could not be completed within the specified time.",
	}),
	azure(500, "InternalError", "unavailable"),
	azure(409, "PendingCopyOperation", "unavailable"),
	azure(400, "Md5Mismatch", "unavailable", {
		message:
			"The MD5 value specified in the request did not match with the MD5 value calculated by the server.",
	}),
	azure(400, "InvalidBlockList", "unavailable"),
	bare("a gateway", 429, "Too Many Requests", "throttled"),
	bare("a gateway", 408, "", "unavailable"),
	bare("a gateway", 502, HTML, "unavailable"),
	bare("an answer that is cut off", 503, "<Error><Code>ServerB", "unavailable"),

	azure(412, "ConditionNotMet", "precondition-failed"),
	azure(412, "TargetConditionNotMet", "precondition-failed"),
	azure(409, "BlobAlreadyExists", "precondition-failed"),
	azure(409, "InvalidBlobType", "unsupported", {
		reason: /append blob or a page blob/,
		suggestion: /Delete it first/,
	}),
	azure(400, "InvalidBlobOrBlock", "unsupported", {
		reason: /another program/,
		suggestion: /a week/,
	}),
	azure(409, "BlockCountExceedsLimit", "unsupported"),
	azure(413, "RequestBodyTooLarge", "unsupported"),
	azure(416, "InvalidRange", "unsupported"),
	azure(409, "BlobArchived", "unsupported", { suggestion: /set-tier/ }),
	azure(409, "BlobBeingRehydrated", "unsupported", { suggestion: /Wait/ }),
	azure(409, "ResourceTypeMismatch", "unsupported"),
	azure(400, "InvalidResourceName", "unsupported"),
	azure(400, "OutOfRangeInput", "unsupported"),
	azure(409, "FeatureVersionMismatch", "unsupported"),
	azure(400, "InvalidHeaderValue", "unknown", { suggestion: /2021-12-02/ }),
	azure(400, "InvalidInput", "unknown"),
	azure(405, "UnsupportedHttpVerb", "unknown"),
];
