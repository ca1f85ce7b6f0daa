import type { RegistryErrorCode } from "../registry-error.ts";
import type { DriverSettings } from "../settings.ts";
import type { StepName } from "./step.ts";

/** A step that failed. */
export interface FailedStep {
	readonly step: StepName;
	readonly code: RegistryErrorCode;
	/** What the registry's log says, and with it the store. */
	readonly said: readonly string[];
	readonly storage: DriverSettings;
}

/**
 * What there is to do about a step that failed: of the first row that fits, sentences.
 *
 * | the store or the registry said                     | step        | what there is to do                 |
 * | -------------------------------------------------- | ----------- | ----------------------------------- |
 * | that an image is not there                         | pull        | compare the places                  |
 * | that it knows no such checksum                     | any         | have none sent                      |
 * | something of a key service                         | any         | let the credentials use the key     |
 * | that who asks is unknown                           | any         | mend the credentials                |
 * | that who asks may not                              | start, pull | allow what reads                    |
 * |                                                    | delete      | allow what deletes                  |
 * |                                                    | others      | allow what writes, in parts, and the key if one is named |
 * | that it does not do that                           | writing     | have multipart uploads taken        |
 * | that a blob is of another kind                     | any         | append blobs (Azure)                |
 * | that there is no such bucket                       | any         | compare the places                  |
 * | nothing: it was not reached, or not trusted        | any         | let the registry's machine reach it |
 * | anything else                                      | any         | look at the parameters              |
 */
export function adviceFor(failed: FailedStep): readonly string[] {
	const { step, code, said, storage } = failed;
	const text = said.join("\n");
	if (step === "pull" && code === "not-found") return [placeAdvice(storage)];
	const row = ROWS.find(({ pattern }) => pattern.test(text));
	return row?.advice(failed) ?? [LOOK];
}

/** Where a driver looks, as its parameters have it. */
function placeOf({ driver, parameters }: DriverSettings): string {
	const parts = ["bucket", "container", "rootdirectory"].flatMap((name) => {
		const value = parameters[name];
		return value === undefined ? [] : [`${name} ${String(value)}`];
	});
	return `${driver}, ${parts.join(", ")}`;
}

interface Row {
	readonly pattern: RegExp;
	readonly advice: (failed: FailedStep) => readonly string[];
}

const ROWS: readonly Row[] = [
	{
		pattern:
			/XAmzContentSHA256Mismatch|MissingContentMD5|x-amz-(sdk-)?checksum|InvalidChecksum/i,
		advice: () => [
			"The server does not take the checksums that the driver sends: have it send none (--set checksum_disabled=true, of GitLab's s3_v2).",
		],
	},
	{
		pattern: /\bkms\b|kms[.:]|KeyNotFound|encryption key/i,
		advice: ({ storage }) => [keyAdvice(storage)],
	},
	{
		pattern:
			/InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|NoCredentialProviders|no valid (credential )?providers|AuthenticationFailed|AuthorizationFailure|invalid_grant|could not find default credentials|status code: 401/i,
		advice: () => [
			"The store does not know the registry's credentials: look at --registry-credentials, at the keys in this environment that are given to the registry, or at the role of its machine and the variables of its service.",
		],
	},
	{
		pattern: /AccessDenied|Access ?Denied|Forbidden|status code: 403|\b403\b/i,
		advice: permissionAdvice,
	},
	{
		pattern: /NotImplemented|MethodNotAllowed|status code: (501|405)|\b501\b/i,
		advice: () => [
			"Have the server, and any proxy before it, take multipart uploads (POST ?uploads, PUT ?partNumber, POST ?uploadId): every push of a registry is one.",
		],
	},
	{
		pattern: /InvalidBlobType|BlobTypeMismatch|blob type is invalid/i,
		advice: () => [
			"The registry appends to blobs that are not append blobs: sync with append-blobs-below=136 in the URL, or move to Distribution 3.1.2 first.",
		],
	},
	{
		pattern: /NoSuchBucket|ContainerNotFound|bucket does(n't| not) exist/i,
		advice: ({ storage }) => [placeAdvice(storage)],
	},
	{
		pattern:
			/no such host|connection refused|i\/o timeout|deadline exceeded|x509|certificate|no route to host|network is unreachable|RequestError: send request failed/i,
		advice: () => [
			"The store has to be reached, and its certificate trusted, from the registry's own process: look at --registry-endpoint, and at the proxies and certificate authorities (SSL_CERT_FILE) of its service.",
		],
	},
];

const LOOK =
	"Look at the parameters that the driver is given: regmigrate config render shows them, --set changes them.";

function placeAdvice(storage: DriverSettings): string {
	return `The registry looks in ${placeOf(storage)}, and that is not where regmigrate writes: compare bucket and rootdirectory with TARGET, and see what --set changes.`;
}

function keyAdvice({ parameters: { keyid } }: DriverSettings): string {
	return `Let the registry's credentials use the key${keyid === undefined ? " that the bucket encrypts with" : ` ${String(keyid)}`}, which has to exist: kms:GenerateDataKey and kms:Decrypt, in the key's policy too.`;
}

function permissionAdvice({ step, storage }: FailedStep): readonly string[] {
	const allow = (actions: string) =>
		`Allow the registry's credentials ${actions}.`;
	switch (step) {
		case "start":
		case "refuse-writes":
		case "pull":
		case "start-writable":
			return [
				allow(
					"to list and read (s3:ListBucket, s3:GetObject, and kms:Decrypt where objects are encrypted)",
				),
			];
		case "delete":
			return [allow("to delete (s3:DeleteObject)")];
		case "push":
		case "push-again":
		case "pull-pushed": {
			const isKeyNamed = storage.parameters.keyid !== undefined;
			const writing = allow(
				"to write in parts (s3:PutObject, s3:AbortMultipartUpload, s3:ListMultipartUploadParts, s3:ListBucketMultipartUploads)",
			);
			return isKeyNamed ? [keyAdvice(storage), writing] : [writing];
		}
		default:
			return step satisfies never;
	}
}
