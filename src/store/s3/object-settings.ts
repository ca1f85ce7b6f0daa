import type { CreateMultipartUploadCommandInput } from "@aws-sdk/client-s3";
import { StoreError } from "../errors.ts";
import type { Refuse } from "../store-url.ts";

/** How objects are to lie in the bucket; what is `undefined` is left to the bucket's own settings. */
export interface ObjectSettings {
	/** As the header `x-amz-server-side-encryption` has it. */
	readonly encryption: "AES256" | "aws:kms" | undefined;
	readonly kmsKeyId: string | undefined;
	readonly storageClass: string | undefined;
	/** The name of a canned ACL. */
	readonly acl: string | undefined;
}

/** The options of a URL that say how objects lie. */
export const SETTING_OPTIONS = [
	"sse",
	"kms-key-id",
	"storage-class",
	"acl",
	"object-ownership",
];

/** Finds the value of an option. */
type Option = (name: string) => string | undefined;

/** Reads those options. Throws what `refuse` makes of anything that cannot be honoured. */
export function settingsOf(option: Option, refuse: Refuse): ObjectSettings {
	const encryption = encryptionOf(option("sse"), refuse);
	const kmsKeyId = option("kms-key-id");
	if (kmsKeyId !== undefined && encryption !== "aws:kms")
		throw refuse(
			"the option kms-key-id needs encryption by a key service",
			"Add sse=kms to the URL.",
		);
	if (kmsKeyId !== undefined && !PRINTABLE.test(kmsKeyId))
		throw refuse(
			"the option kms-key-id has characters that no key id has",
			"Write the key's id, alias or ARN.",
		);
	return {
		encryption,
		kmsKeyId,
		storageClass: storageClassOf(option("storage-class"), refuse),
		acl: aclOf(option("acl"), option("object-ownership"), refuse),
	};
}

/** The headers of a PUT, or of the start of a multipart upload, that ask for these settings. */
export function settingHeaders({
	encryption,
	kmsKeyId,
	storageClass,
	acl,
}: ObjectSettings): Readonly<Record<string, string>> {
	const headers: Record<string, string> = {};
	if (encryption !== undefined)
		headers["x-amz-server-side-encryption"] = encryption;
	if (kmsKeyId !== undefined)
		headers["x-amz-server-side-encryption-aws-kms-key-id"] = kmsKeyId;
	if (storageClass !== undefined) headers["x-amz-storage-class"] = storageClass;
	if (acl !== undefined) headers["x-amz-acl"] = acl;
	return headers;
}

/** The same for the SDK's CreateMultipartUpload. */
export function settingParameters({
	encryption,
	kmsKeyId,
	storageClass,
	acl,
}: ObjectSettings): Pick<
	CreateMultipartUploadCommandInput,
	"ServerSideEncryption" | "SSEKMSKeyId" | "StorageClass" | "ACL"
> {
	return {
		ServerSideEncryption: encryption,
		SSEKMSKeyId: kmsKeyId,
		// Checked against the names that S3 knows when the URL was read.
		StorageClass:
			storageClass as CreateMultipartUploadCommandInput["StorageClass"],
		ACL: acl as CreateMultipartUploadCommandInput["ACL"],
	};
}

/** The error, with a word on the options that a server may have refused it for. */
export function withSettings(
	error: unknown,
	settings: ObjectSettings,
): unknown {
	if (!(error instanceof StoreError) || error.code !== "unknown") return error;
	const { reason, store, operation, key, cause } = error;
	const asksForAny = Object.keys(settingHeaders(settings)).length > 0;
	if (!asksForAny || error.suggestions.length > 0) return error;
	return new StoreError("unknown", reason, {
		store,
		operation,
		key,
		cause,
		suggestions: [
			"Not every server has encryption, storage classes and ACLs: look whether it goes without sse, storage-class and acl in the URL.",
		],
	});
}

/** No control characters, which would end the header, and no spaces. */
const PRINTABLE = /^[\x21-\x7e]+$/;

const NO_CUSTOMER_KEYS =
	"SSE-C is not supported: a registry has no way to send a customer's key with its requests, and could not read what was written with one";

/** Refuses what would be a key in the URL, before it is told that its name is not known. */
export function refuseCustomerKeys(url: URL, refuse: Refuse): void {
	for (const name of url.searchParams.keys())
		if (/customer/i.test(name)) throw refuse(NO_CUSTOMER_KEYS, ENCRYPTIONS);
}

const ENCRYPTIONS =
	"Write sse=aes256, or sse=kms and perhaps kms-key-id=KEY, or leave it to the bucket's default.";

function encryptionOf(
	text: string | undefined,
	refuse: Refuse,
): ObjectSettings["encryption"] {
	switch (text?.toLowerCase()) {
		case undefined:
			return undefined;
		case "aes256":
			return "AES256";
		case "kms":
		case "aws:kms":
			return "aws:kms";
		case "c":
		case "sse-c":
			throw refuse(NO_CUSTOMER_KEYS, ENCRYPTIONS);
		default:
			throw refuse(
				"the option sse has another value than aes256 or kms",
				ENCRYPTIONS,
			);
	}
}

/** What the registry's driver takes; "NONE" sends none. Source: registry/storage/driver/s3-aws/s3.go, s3StorageClasses. */
const STORAGE_CLASSES = [
	"NONE",
	"STANDARD",
	"REDUCED_REDUNDANCY",
	"STANDARD_IA",
	"ONEZONE_IA",
	"INTELLIGENT_TIERING",
	"OUTPOSTS",
	"GLACIER_IR",
];

function storageClassOf(
	text: string | undefined,
	refuse: Refuse,
): string | undefined {
	if (text === undefined) return undefined;
	const name = text.toUpperCase();
	const suggestion = `Write one of ${STORAGE_CLASSES.join(", ")}.`;
	if (name === "GLACIER" || name === "DEEP_ARCHIVE")
		throw refuse(
			`a registry could not read objects of the storage class ${name}: they must be restored first`,
			suggestion,
		);
	if (name === "EXPRESS_ONEZONE")
		throw refuse(
			"the storage class EXPRESS_ONEZONE is that of directory buckets, which do not list their keys in order",
			suggestion,
		);
	if (!STORAGE_CLASSES.includes(name))
		throw refuse(
			`"${text}" is not a storage class that a registry can use`,
			suggestion,
		);
	return name === "NONE" ? undefined : name;
}

/** Source: registry/storage/driver/s3-aws/s3.go, validObjectACLs; Amazon S3 user guide, "Canned ACL". */
const ACLS = [
	"private",
	"public-read",
	"public-read-write",
	"authenticated-read",
	"aws-exec-read",
	"bucket-owner-read",
	"bucket-owner-full-control",
];

function aclOf(
	acl: string | undefined,
	ownership: string | undefined,
	refuse: Refuse,
): string | undefined {
	if (ownership !== undefined && !["true", "false"].includes(ownership))
		throw refuse(
			"the option object-ownership has another value than true or false",
		);
	if (acl === undefined) return undefined;
	if (ownership === "true")
		throw refuse(
			"the options acl and object-ownership=true exclude each other: a bucket that owns its objects takes no ACL",
			"Leave one of them out.",
		);
	if (!ACLS.includes(acl))
		throw refuse(
			`"${acl}" is not a canned ACL`,
			`Write one of ${ACLS.join(", ")}.`,
		);
	return acl;
}
