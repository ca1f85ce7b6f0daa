/** What a user can do about an error of the service. */
export interface Advice {
	/** Replaces what the service says, where that says little. */
	readonly reason?: string | undefined;
	/** One sentence. */
	readonly suggestion: string;
}

const ROLE =
	'Give this identity the role "Storage Blob Data Contributor" on the container, or a shared access signature the permissions r, w, d and l.';

const LEASE = "Break the lease: az storage blob lease break.";

const ADVICE: Readonly<Record<string, Advice>> = {
	ContainerNotFound: {
		suggestion:
			"Check the container's name in the URL, or create the container first.",
	},
	AuthorizationFailure: {
		suggestion:
			"Allow this machine in the account's network rules; a shared access signature may also lack a permission.",
	},
	AuthorizationPermissionMismatch: { suggestion: ROLE },
	InsufficientAccountPermissions: { suggestion: ROLE },
	AuthorizationSourceIPMismatch: {
		suggestion:
			"Get a shared access signature that allows this machine's address.",
	},
	AuthorizationProtocolMismatch: {
		suggestion:
			"Use an endpoint with https, or a shared access signature that allows http.",
	},
	AuthorizationServiceMismatch: {
		suggestion: "Get a shared access signature for the blob service (ss=b).",
	},
	AuthorizationResourceTypeMismatch: {
		suggestion:
			"Get a shared access signature for containers and objects (srt=co).",
	},
	KeyBasedAuthenticationNotPermitted: {
		reason: "the account refuses its own key",
		suggestion:
			"Unset AZURE_STORAGE_KEY and log in with az login, or allow key access in the account's configuration.",
	},
	InvalidAuthenticationInfo: {
		suggestion:
			"Log in again (az login), with an identity of the account's own tenant; in another cloud than the public one, set AZURE_AUTHORITY_HOST.",
	},
	NoAuthenticationInformation: {
		suggestion:
			"Set AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_CONNECTION_STRING, or log in with az login.",
	},
	LeaseIdMissing: { reason: "somebody has a lease on it", suggestion: LEASE },
	LeaseIdMismatchWithBlobOperation: { suggestion: LEASE },
	BlobImmutableDueToPolicy: {
		suggestion:
			"Wait until the container's retention policy has run out, or use another container.",
	},
	BlobImmutableDueToLegalHold: {
		suggestion: "Clear the legal hold on the container.",
	},
	SnapshotsPresent: {
		suggestion:
			"Delete its snapshots first: az storage blob delete --delete-snapshots only.",
	},
	BlobArchived: {
		suggestion:
			"Bring it back first: az storage blob set-tier --tier Hot; that takes hours.",
	},
	BlobBeingRehydrated: {
		suggestion: "Wait until it is back from the archive.",
	},
	InvalidBlobType: {
		reason: "there is an append blob or a page blob of that name",
		suggestion: "Delete it first: az storage blob delete.",
	},
	InvalidBlobOrBlock: {
		reason: "another program has begun to upload it, in blocks of its own",
		suggestion:
			"Finish or repeat that upload with the same program, or wait: Azure drops it a week after its last block.",
	},
	InvalidHeaderValue: {
		suggestion:
			"Check the endpoint: the server may be older than version 2021-12-02 of the service.",
	},
};

const CLOCK: Advice = {
	reason: "the request's time is not the server's",
	suggestion:
		"Set this machine's clock: it differs from the server's by more than 15 minutes.",
};

const EXPIRED: Advice = {
	reason: "the shared access signature has expired, or is not yet valid",
	suggestion: "Get a new one and set AZURE_STORAGE_SAS_TOKEN.",
};

const REFUSED: Advice = {
	reason: "the server does not accept the signature",
	suggestion:
		"Check AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_CONNECTION_STRING: that it is this account's, and whole.",
};

/** What to do about an error code; `detail` is what the service says of a refused signature. */
export function adviceFor(
	code: string,
	detail: string | undefined,
): Advice | undefined {
	if (code !== "AuthenticationFailed") return ADVICE[code];
	if (detail === undefined) return REFUSED;
	if (/date header/i.test(detail)) return CLOCK;
	if (/specified time frame|expired|expiry/i.test(detail)) return EXPIRED;
	return REFUSED;
}
