import {
	StoreError,
	type StoreErrorCode,
	type StoreErrorOptions,
} from "../errors.ts";
import type { ResponseHeaders } from "../http/exchange.ts";
import { fromNetwork, proxyErrorIn } from "../http/network-errors.ts";
import { retryAfterMs } from "../http/retry-after.ts";
import { element } from "../http/xml.ts";

/**
 * Reasons that say more than their HTTP status. Source: Cloud Storage documentation, "HTTP status and error codes for
 * JSON"; most of them come with status 400 or 403.
 */
const REASONS: Readonly<Record<string, StoreErrorCode>> = {
	rateLimitExceeded: "throttled",
	userRateLimitExceeded: "throttled",
	"usageLimits.rateLimitExceeded": "throttled",
	quotaExceeded: "throttled",
	authError: "unauthenticated",
	AuthenticationRequiredRequesterPays: "unauthenticated",
	userProjectMissing: "permission-denied",
	uploadBrokenConnection: "unavailable",
	backendError: "unavailable",
	internalError: "unavailable",
	gatewayTimeout: "unavailable",
	uploadTooLarge: "unsupported",
	// Of the XML API.
	NoSuchUpload: "not-found",
	requestedRangeNotSatisfiable: "unsupported",
	// It is encrypted with a key that only its writer has.
	resourceIsEncryptedWithCustomerEncryptionKey: "unsupported",
};

const ALLOW =
	"Allow these credentials to list, get, create and delete objects in this bucket (roles/storage.objectUser).";
const RENEW =
	"Get new credentials: gcloud auth application-default login, or a new key file.";
const NAME_CREDENTIALS =
	"Name a credentials file in GOOGLE_APPLICATION_CREDENTIALS, or run gcloud auth application-default login.";

const SUGGESTIONS: Readonly<Record<string, string>> = {
	insufficientPermissions:
		"Give this machine's service account the access scope devstorage.read_write, or use a key file.",
	retentionPolicyNotMet:
		"Wait until it may be replaced or deleted, or remove the bucket's retention policy or the object's retention.",
	objectUnderActiveHold: "Release the object's hold.",
	userProjectMissing:
		"The bucket's requester pays: add user-project=PROJECT to the URL.",
	UserProjectAccessDenied:
		"Allow these credentials to use the project in user-project (serviceusage.services.use).",
	resourceIsEncryptedWithCustomerEncryptionKey:
		"Rewrite it with a key that Cloud Storage manages; customer-supplied keys are not supported.",
};

/** Where the reason alone says it better than Google's sentence. */
const NAMES: Readonly<Record<string, string>> = {
	retentionPolicyNotMet: "a retention policy protects it",
	objectUnderActiveHold: "a hold protects it",
};

/** The bytes arrived otherwise than they were sent. There is no reason of its own for it, only "invalid". */
const CHANGED_ON_THE_WAY = /doesn't match calculated/;

/** What an answer that is not one of success means. `body` is JSON where there is any; downloads fail with text. */
export function fromResponse(
	status: number,
	body: string,
	about: StoreErrorOptions,
	headers: ResponseHeaders = {},
): StoreError {
	const { reason, message } = parsed(body);
	const said = message?.replace(/\.$/, "");
	const code = CHANGED_ON_THE_WAY.test(message ?? "")
		? "unavailable"
		: (REASONS[reason ?? ""] ?? fromStatus(status));
	const name = NAMES[reason ?? ""];
	const words = [name ?? reason, said].filter(
		(text) => text !== undefined && text !== "",
	);
	const suggestion =
		SUGGESTIONS[reason ?? ""] ??
		(status === 404 ? CHECK_BUCKET : SUGGESTION_BY_CODE[code]);
	return new StoreError(
		code,
		words.join(": ") ||
			(WORDS_BY_STATUS[status] ?? `the server answered ${status}`),
		{
			...about,
			suggestions: suggestion === undefined ? [] : [suggestion],
			retryAfterMs: retryAfterMs(headers),
		},
	);
}

/** For answers whose body says nothing. */
const WORDS_BY_STATUS: Readonly<Record<number, string>> = {
	416: "the range asked for begins after its end",
};

const SUGGESTION_BY_CODE: Readonly<Partial<Record<StoreErrorCode, string>>> = {
	unauthenticated: RENEW,
	"permission-denied": ALLOW,
};

const CHECK_BUCKET =
	"Check the bucket's name in the URL, or create the bucket first.";

/** What an error that the connection threw means. Errors of the store are passed on. */
export function fromThrown(
	error: unknown,
	about: StoreErrorOptions,
): StoreError {
	if (error instanceof StoreError) return error;
	if (!(error instanceof Error))
		return new StoreError("unknown", String(error), { ...about, cause: error });
	return (
		fromNetwork(error, about) ??
		new StoreError("unknown", error.message || error.name, {
			...about,
			cause: error,
		})
	);
}

/**
 * What a failure to get a token means. The error itself is not kept as the cause: it holds the request, and with it
 * what the token was asked for with (I7).
 */
export function fromCredentials(
	error: unknown,
	about: StoreErrorOptions,
): StoreError {
	if (error instanceof StoreError) return error;
	if (!(error instanceof Error))
		return new StoreError("unauthenticated", NO_TOKEN, about);
	const answer = answerIn(error);
	if (answer !== undefined) {
		const { status, reason } = answer;
		const isPassing = status === 408 || status === 429 || status >= 500;
		return new StoreError(
			isPassing ? "unavailable" : "unauthenticated",
			`${NO_TOKEN}: ${reason ?? `the token server answered ${status}`}`,
			{ ...about, suggestions: isPassing ? [] : [RENEW] },
		);
	}
	const proxyError = proxyErrorIn(error);
	if (proxyError !== undefined)
		return new StoreError(
			proxyError.storeCode,
			`${NO_TOKEN}: ${proxyError.message}`,
			{ ...about, cause: proxyError, suggestions: [proxyError.suggestion] },
		);
	const network = fromNetwork(error, about);
	if (network !== undefined)
		return new StoreError(
			network.code,
			`${NO_TOKEN}: at the token server, ${network.reason}`,
			{
				...about,
				// A certificate that is not trusted has advice of its own.
				suggestions:
					network.code === "unavailable"
						? [
								"Check that this machine can reach Google's token server (oauth2.googleapis.com), or the one that its credentials name.",
							]
						: network.suggestions,
			},
		);
	// What cannot be parsed is quoted in the message, and may be the key.
	const said =
		error instanceof SyntaxError
			? "the credentials file is not JSON"
			: firstSentence(error.message);
	return new StoreError("unauthenticated", said, {
		...about,
		suggestions: [NAME_CREDENTIALS],
	});
}

const NO_TOKEN = "no access token was given";

function firstSentence(message: string): string {
	const [sentence = message] = message.split(/\.\s/, 1);
	const text = sentence.replace(/\.$/, "");
	return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

/** What the token server said, in either form: OAuth's (RFC 6749, 5.2), or that of Google's APIs. */
function answerIn(
	error: Error,
):
	| { readonly status: number; readonly reason: string | undefined }
	| undefined {
	const response: unknown = Reflect.get(error, "response");
	const status = property(response, "status");
	if (typeof status !== "number") return undefined;
	const data = property(response, "data");
	const failure = property(data, "error");
	const words =
		typeof failure === "string"
			? [failure, property(data, "error_description")]
			: [property(failure, "message")];
	const said = words.filter((word) => typeof word === "string").join(": ");
	return { status, reason: said === "" ? undefined : said.replace(/\.$/, "") };
}

/** 404 proves nothing absent: the bucket may be gone, or a proxy say so of what it does not pass on (I2). */
function fromStatus(status: number): StoreErrorCode {
	switch (status) {
		case 401:
			return "unauthenticated";
		case 403:
			return "permission-denied";
		case 404:
		case 408:
		case 409:
		case 410:
			return "unavailable";
		case 412:
			return "precondition-failed";
		case 413:
		case 416:
		case 501:
			return "unsupported";
		case 429:
			return "throttled";
		default:
			return status >= 500 ? "unavailable" : "unknown";
	}
}

/** What an error's body says, as far as it does. */
function parsed(body: string): {
	readonly reason?: string | undefined;
	readonly message?: string | undefined;
} {
	let json: unknown;
	try {
		json = JSON.parse(body);
	} catch {
		// Text of one line is the message of a failed download; anything else (HTML) is not for people.
		const text = body.trim();
		return /^[^<\n]{1,300}$/.test(text) ? { message: text } : parsedXml(body);
	}
	const error = property(json, "error");
	const errors = property(error, "errors");
	const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
	const reason = property(first, "reason");
	const message = property(error, "message");
	return {
		reason: typeof reason === "string" ? reason : undefined,
		message: typeof message === "string" ? message : undefined,
	};
}

/** Likewise, of the XML API. */
function parsedXml(body: string): ReturnType<typeof parsed> {
	if (!/<Error[\s>]/.test(body)) return {};
	try {
		const at = (name: string) => element(body, name, 0, body.length);
		return { reason: at("Code"), message: at("Message") };
	} catch {
		// It was cut off, or is something else: the status must do.
		return {};
	}
}

function property(value: unknown, name: string): unknown {
	return typeof value === "object" && value !== null
		? Reflect.get(value, name)
		: undefined;
}
