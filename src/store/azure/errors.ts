import {
	StoreError,
	type StoreErrorCode,
	type StoreErrorOptions,
} from "../errors.ts";
import type { ResponseHeaders } from "../http/exchange.ts";
import { fromNetwork, proxyErrorIn } from "../http/network-errors.ts";
import { retryAfterMs } from "../http/retry-after.ts";
import { element } from "../http/xml.ts";
import { adviceFor } from "./advice.ts";

/**
 * Error codes of Blob Storage that say more than their HTTP status.
 * Source: Azure Storage REST API reference, "Common REST API error codes" and "Blob Storage error codes"; Azurite
 * src/blob/errors/StorageErrorFactory.ts.
 */
const CODES: Readonly<Record<string, StoreErrorCode>> = {
	BlobNotFound: "not-found",
	// Nothing is known any more of what it held: unknown, not absent (I2).
	ContainerNotFound: "unavailable",
	ContainerBeingDeleted: "unavailable",
	ContainerDisabled: "permission-denied",
	AccountBeingCreated: "unavailable",
	AccountIsDisabled: "permission-denied",
	ConditionNotMet: "precondition-failed",
	TargetConditionNotMet: "precondition-failed",
	BlobAlreadyExists: "precondition-failed",
	ServerBusy: "throttled",
	OperationTimedOut: "unavailable",
	InternalError: "unavailable",
	// Another client's copy to it goes on.
	PendingCopyOperation: "unavailable",
	// The store has computed the MD5 of the bytes that it sent: they changed on the way.
	Md5Mismatch: "unavailable",
	Crc64Mismatch: "unavailable",
	IncompleteBody: "unavailable",
	// Its blocks have expired, or another upload to the same name was completed: all of it must go up again.
	InvalidBlockList: "unavailable",
	AuthenticationFailed: "unauthenticated",
	InvalidAuthenticationInfo: "unauthenticated",
	NoAuthenticationInformation: "unauthenticated",
	KeyBasedAuthenticationNotPermitted: "unauthenticated",
	AuthorizationFailure: "permission-denied",
	AuthorizationPermissionMismatch: "permission-denied",
	AuthorizationSourceIPMismatch: "permission-denied",
	AuthorizationProtocolMismatch: "permission-denied",
	AuthorizationServiceMismatch: "permission-denied",
	AuthorizationResourceTypeMismatch: "permission-denied",
	InsufficientAccountPermissions: "permission-denied",
	PublicAccessNotPermitted: "permission-denied",
	// Somebody keeps it from being changed: by a lease, a policy or a legal hold, or for the sake of its snapshots.
	LeaseIdMissing: "permission-denied",
	LeaseIdMismatchWithBlobOperation: "permission-denied",
	BlobImmutableDueToPolicy: "permission-denied",
	BlobImmutableDueToLegalHold: "permission-denied",
	SnapshotsPresent: "permission-denied",
	ReadOnlyAccount: "permission-denied",
	InvalidBlobType: "unsupported",
	// Another client has begun to upload the same name in blocks that it calls otherwise.
	InvalidBlobOrBlock: "unsupported",
	BlockCountExceedsLimit: "unsupported",
	RequestEntityTooLargeBlockCountExceedsLimit: "unsupported",
	RequestBodyTooLarge: "unsupported",
	ResourceTypeMismatch: "unsupported",
	PathConflict: "unsupported",
	InvalidRange: "unsupported",
	InvalidResourceName: "unsupported",
	OutOfRangeInput: "unsupported",
	InvalidUri: "unsupported",
	FeatureVersionMismatch: "unsupported",
	// It must be brought back from the archive before it can be read.
	BlobArchived: "unsupported",
	BlobBeingRehydrated: "unsupported",
	CannotVerifyCopySource: "unavailable",
};

/** The service's own code for what went wrong; `undefined` when it names none. */
export function serviceCode(
	headers: ResponseHeaders,
	body: string,
): string | undefined {
	const header = headers["x-ms-error-code"];
	return typeof header === "string" && header !== ""
		? header
		: elementOf(body, "Code");
}

/** What an error response means. `body` is empty for HEAD. */
export function fromResponse(
	status: number,
	headers: ResponseHeaders,
	body: string,
	about: StoreErrorOptions,
): StoreError {
	const code = serviceCode(headers, body);
	const storeCode =
		status === 429
			? "throttled"
			: ((code === undefined ? undefined : CODES[code]) ?? fromStatus(status));
	// The lines after the first give an id and the time of the request.
	const [message = ""] = (elementOf(body, "Message") ?? "").split("\n");
	const said = [code, message.trim().replace(/\.$/, "")]
		.filter((text) => text !== undefined && text !== "")
		.join(": ");
	// Not shown: it holds a signature (I7).
	const detail = elementOf(body, "AuthenticationErrorDetail");
	const advice = code === undefined ? undefined : adviceFor(code, detail);
	return new StoreError(
		storeCode,
		advice?.reason ?? (said || `the server answered ${status}`),
		{
			...about,
			suggestions: advice === undefined ? [] : [advice.suggestion],
			retryAfterMs: retryAfterMs(headers),
		},
	);
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

/** Errors by which `@azure/identity` says that there are no credentials, or that they are refused. */
const NO_IDENTITY = /^(CredentialUnavailable|AggregateAuthentication)Error$/;
const IDENTITY =
	/^(Authentication(Required)?|CredentialUnavailable|AggregateAuthentication)Error$/;

/** What an error that the connection, or the library that finds an identity, threw means. Errors of the store are passed on. */
export function fromThrown(
	error: unknown,
	about: StoreErrorOptions,
): StoreError {
	if (error instanceof StoreError) return error;
	if (!(error instanceof Error))
		return new StoreError("unknown", String(error), { ...about, cause: error });
	if (error instanceof TokenServerError) return fromTokenServer(error, about);
	if (IDENTITY.test(error.name)) {
		const [first = ""] = error.message.split("\n");
		const reason = NO_IDENTITY.test(error.name)
			? "no credentials were found"
			: `the identity is refused: ${first.trim()}`;
		return new StoreError("unauthenticated", reason, {
			...about,
			cause: error,
			suggestions: [
				"Set AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_CONNECTION_STRING, or log in with az login.",
			],
		});
	}
	return (
		fromNetwork(error, about) ??
		new StoreError("unknown", error.message || error.name, {
			...about,
			cause: error,
		})
	);
}

/** A token could not be asked for, and the library tells only that: here is why, as the cause. */
export class TokenServerError extends Error {
	override readonly name = "TokenServerError";

	constructor(cause: Error) {
		super(cause.message, { cause });
	}
}

function fromTokenServer(
	error: TokenServerError,
	about: StoreErrorOptions,
): StoreError {
	const network = fromNetwork(error, about);
	const reason = network?.reason ?? error.message;
	const isProxys = proxyErrorIn(error) !== undefined;
	return new StoreError(
		network?.code ?? "unknown",
		`no access token was given: ${isProxys ? "" : "at the token server, "}${reason}`,
		{
			...about,
			cause: error,
			// A certificate that is not trusted has advice of its own.
			suggestions:
				isProxys || network?.code !== "unavailable"
					? network?.suggestions
					: [
							"Check that this machine can reach Microsoft's token server (login.microsoftonline.com), or the one in AZURE_AUTHORITY_HOST.",
						],
		},
	);
}

/** 404 alone proves nothing absent: a proxy says it too, of paths that it does not pass on (I2). */
function fromStatus(status: number): StoreErrorCode {
	switch (status) {
		case 401:
			return "unauthenticated";
		case 403:
			return "permission-denied";
		case 408:
			return "unavailable";
		case 412:
			return "precondition-failed";
		case 413:
		case 501:
			return "unsupported";
		default:
			return status >= 500 ? "unavailable" : "unknown";
	}
}
