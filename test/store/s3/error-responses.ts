import type { StoreErrorCode } from "../../../src/store/errors.ts";

/** A response as a server sends it, and what it must mean. */
export interface ErrorResponse {
	readonly title: string;
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>> | undefined;
	readonly body: string;
	readonly code: StoreErrorCode;
	readonly suggestion?: RegExp | undefined;
}

interface More {
	/** Further elements of the body. */
	readonly details?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly suggestion?: RegExp;
	/** An invariant that the row guards. */
	readonly guards?: string;
}

type Row = (
	status: number,
	s3Code: string,
	code: StoreErrorCode,
	more?: More,
) => ErrorResponse;

const xml = (inside: string) =>
	`<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inside}</Error>`;

function server(name: string, message: string, tail: string): Row {
	return (status, s3Code, code, more = {}) => ({
		title: `${name}: ${status} ${s3Code}${more.guards === undefined ? "" : ` (${more.guards})`}`,
		status,
		headers: more.headers,
		body: xml(
			`<Code>${s3Code}</Code><Message>${message}</Message>${more.details ?? ""}${tail}`,
		),
		code,
		suggestion: more.suggestion,
	});
}

const aws = server(
	"AWS",
	"The request &amp; its reason.",
	"<RequestId>4442587FB7D0A2F9</RequestId><HostId>vfG+kyQ=</HostId>",
);
const minio = server(
	"MinIO",
	"The request and its reason.",
	"<BucketName>reg</BucketName><Resource>/reg/a</Resource><RequestId>17F</RequestId><HostId>dd90</HostId>",
);
const ceph = server(
	"Ceph",
	"",
	"<BucketName>reg</BucketName><RequestId>tx00000f-default</RequestId><HostId>1-default-default</HostId>",
);
const versity = server(
	"VersityGW",
	"The request and its reason.",
	"<RequestId>1622X9EEEHSMNRA9</RequestId><HostId>Zzm8=</HostId>",
);
const gcs = server(
	"GCS",
	"The request and its reason.",
	"<Details>-</Details>",
);
const r2 = server("R2", "Reduce your concurrent request rate.", "");

/** No S3 error at all: what stands before the server answers. */
const bare = (
	title: string,
	status: number,
	body: string,
	code: StoreErrorCode,
): ErrorResponse => ({ title: `${title}: ${status}`, status, body, code });

/** Secrets that these bodies hold, and no message may (I7). */
export const SECRETS = ["FwoGZXIvYXdzTOKEN", "AWS4-HMAC", "0123signature"];

const SIGNATURE =
	"<StringToSign>AWS4-HMAC-SHA256\n2026</StringToSign><SignatureProvided>0123signature</SignatureProvided>";
const TOKEN = "<Token-0>FwoGZXIvYXdzTOKEN</Token-0>";
const REGION = "<Region>eu-central-1</Region>";
const REGION_OPTION = /region=eu-central-1 /;
const HTML = "<html><body>An error</body></html>";

export const ERROR_RESPONSES: readonly ErrorResponse[] = [
	aws(404, "NoSuchKey", "not-found"),
	minio(404, "NoSuchKey", "not-found"),
	ceph(404, "NoSuchKey", "not-found"),
	aws(404, "NoSuchUpload", "not-found"),
	aws(404, "NoSuchBucket", "unavailable", {
		guards: "I2",
		suggestion: /create the bucket/,
	}),
	ceph(404, "NoSuchBucket", "unavailable", { guards: "I2" }),
	bare("a proxy (I2)", 404, HTML, "unknown"),

	aws(403, "AccessDenied", "permission-denied", {
		suggestion: /Allow .* \(s3:PutObject\)/,
	}),
	aws(403, "AllAccessDisabled", "permission-denied"),
	aws(403, "AccountProblem", "permission-denied"),
	aws(400, "KMS.AccessDeniedException", "permission-denied", {
		suggestion: /kms:GenerateDataKey/,
	}),
	bare("a proxy", 403, HTML, "permission-denied"),
	bare("a proxy", 401, HTML, "unauthenticated"),
	aws(403, "InvalidAccessKeyId", "unauthenticated", {
		details: "<AWSAccessKeyId>AKIA</AWSAccessKeyId>",
		suggestion: /AWS_ACCESS_KEY_ID/,
	}),
	aws(403, "SignatureDoesNotMatch", "unauthenticated", {
		details: SIGNATURE,
		suggestion: /AWS_SECRET_ACCESS_KEY/,
		guards: "I7",
	}),
	aws(400, "ExpiredToken", "unauthenticated", {
		details: TOKEN,
		suggestion: /temporary credentials/,
		guards: "I7",
	}),
	aws(400, "InvalidToken", "unauthenticated", {
		details: TOKEN,
		suggestion: /AWS_SESSION_TOKEN/,
		guards: "I7",
	}),
	aws(400, "TokenRefreshRequired", "unauthenticated", {
		suggestion: /temporary credentials/,
	}),
	ceph(403, "RequestTimeTooSkewed", "unauthenticated", { suggestion: /clock/ }),
	aws(403, "RequestTimeTooSkewed", "unauthenticated", { suggestion: /clock/ }),
	aws(400, "AuthorizationHeaderMalformed", "unauthenticated", {
		details: REGION,
		suggestion: REGION_OPTION,
	}),
	minio(400, "AuthorizationHeaderMalformed", "unauthenticated", {
		details: REGION,
		suggestion: REGION_OPTION,
	}),
	aws(301, "PermanentRedirect", "unknown", {
		headers: { "x-amz-bucket-region": "eu-central-1" },
		suggestion: REGION_OPTION,
	}),

	aws(503, "SlowDown", "throttled"),
	gcs(429, "SlowDown", "throttled"),
	minio(503, "SlowDownRead", "throttled"),
	minio(503, "SlowDownWrite", "throttled"),
	r2(429, "ServiceUnavailable", "throttled"),
	bare("a gateway", 429, "Too Many Requests", "throttled"),
	aws(400, "KMS.ThrottlingException", "throttled"),
	aws(400, "ThrottlingException", "throttled"),
	aws(503, "RequestLimitExceeded", "throttled"),
	aws(400, "RequestThrottledException", "throttled"),
	aws(400, "TooManyRequestsException", "throttled"),

	aws(500, "InternalError", "unavailable"),
	aws(503, "ServiceUnavailable", "unavailable"),
	aws(400, "RequestTimeout", "unavailable"),
	aws(409, "OperationAborted", "unavailable"),
	aws(409, "ConditionalRequestConflict", "unavailable"),
	aws(400, "KMS.DependencyTimeoutException", "unavailable"),
	minio(503, "XMinioServerNotInitialized", "unavailable"),
	minio(507, "XMinioStorageFull", "unavailable"),
	ceph(403, "QuotaExceeded", "unavailable"),
	bare("GCS", 408, "", "unavailable"),
	bare("a gateway", 502, HTML, "unavailable"),
	bare("a gateway", 504, "", "unavailable"),
	bare("an answer that is cut off", 503, "<Error><Code>SlowD", "unavailable"),
	aws(400, "BadDigest", "unavailable"),
	aws(400, "XAmzContentSHA256Mismatch", "unavailable"),
	aws(400, "IncompleteBody", "unavailable"),

	aws(412, "PreconditionFailed", "precondition-failed"),
	aws(501, "NotImplemented", "unsupported"),
	aws(400, "EntityTooLarge", "unsupported"),
	aws(400, "KeyTooLongError", "unsupported"),
	aws(416, "InvalidRange", "unsupported"),
	aws(403, "InvalidObjectState", "unsupported"),
	minio(409, "XMinioObjectExistsAsDirectory", "unsupported"),
	minio(400, "XMinioParentIsObject", "unsupported"),
	minio(400, "XMinioInvalidObjectName", "unsupported"),
	aws(400, "InvalidObjectName", "unsupported"),
	versity(409, "ObjectParentIsFile", "unsupported"),
	versity(409, "ExistingObjectIsDirectory", "unsupported"),
	versity(400, "AccessControlListNotSupported", "unsupported", {
		suggestion: /leave acl out/,
	}),
	versity(507, "InsufficientStorage", "unavailable"),
	minio(400, "InvalidStorageClass", "unsupported", {
		suggestion: /Leave storage-class out/,
	}),
	aws(400, "InvalidBucketName", "unsupported", {
		suggestion: /name in the URL/,
	}),
	aws(405, "MethodNotAllowed", "unsupported"),

	aws(400, "KMS.DisabledException", "unknown", { suggestion: /enabled/ }),
	aws(400, "KMS.NotFoundException", "unknown", {
		guards: "I2",
		suggestion: /must exist/,
	}),
	minio(404, "kms:KeyNotFound", "unknown", {
		guards: "I2",
		suggestion: /must exist/,
	}),
	aws(400, "InvalidArgument", "unknown"),
	ceph(411, "MissingContentLength", "unknown"),
];
