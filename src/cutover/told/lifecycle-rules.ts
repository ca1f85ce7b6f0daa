/** Days after which an upload that was not completed is ended. Source: GitLab's documentation of the container registry. */
const UPLOAD_DAYS = 3;
/** Days for which a former version is kept. */
const VERSION_DAYS = 30;

/**
 * Lifecycle rules for a bucket that a registry uses, as JSON in the form of its provider, with the command that sets them. They
 * take the place of all rules that there are. Sources: S3 PutBucketLifecycleConfiguration, Cloud Storage's bucket
 * resource, Azure's management policies.
 */
export function lifecycleRules(target: string): readonly string[] {
	const { protocol, host, pathname, searchParams } = new URL(target);
	const [, container = ""] = pathname.split("/");
	const path = pathname.replace(/^\/+|\/+$/g, "");
	switch (protocol) {
		case "s3:":
			return s3Rules(
				host,
				path === "" ? "" : `${path}/`,
				searchParams.get("endpoint"),
			);
		case "gs:":
			return gcsRules(host);
		case "az:":
			return azureRules(host.replace(/\..*$/, ""), path, container);
		default:
			return [];
	}
}

function s3Rules(
	bucket: string,
	prefix: string,
	endpoint: string | null,
): readonly string[] {
	const aws = `aws${endpoint === null ? "" : ` --endpoint-url ${endpoint}`} s3api`;
	const rule = {
		ID: "container-registry",
		Status: "Enabled",
		Filter: { Prefix: prefix },
		AbortIncompleteMultipartUpload: { DaysAfterInitiation: UPLOAD_DAYS },
		NoncurrentVersionExpiration: { NoncurrentDays: VERSION_DAYS },
	};
	return [
		...json({ Rules: [rule] }),
		`${aws} put-bucket-versioning --bucket ${bucket} --versioning-configuration Status=Enabled`,
		`${aws} put-bucket-lifecycle-configuration --bucket ${bucket} --lifecycle-configuration file://lifecycle.json`,
	];
}

function gcsRules(bucket: string): readonly string[] {
	return [
		...json({
			rule: [
				{
					action: { type: "AbortIncompleteMultipartUpload" },
					condition: { age: UPLOAD_DAYS },
				},
				{
					action: { type: "Delete" },
					condition: { daysSinceNoncurrentTime: VERSION_DAYS },
				},
			],
		}),
		`gcloud storage buckets update gs://${bucket} --versioning --lifecycle-file=lifecycle.json`,
	];
}

/** Blocks that were never committed are dropped by Azure itself after a week: there is no rule for them. */
function azureRules(
	account: string,
	path: string,
	container: string,
): readonly string[] {
	const rule = {
		enabled: true,
		name: "container-registry",
		type: "Lifecycle",
		definition: {
			filters: { blobTypes: ["blockBlob"], prefixMatch: [path || container] },
			actions: {
				version: { delete: { daysAfterCreationGreaterThan: VERSION_DAYS } },
			},
		},
	};
	return [
		...json({ rules: [rule] }),
		`az storage account blob-service-properties update --account-name ${account} --resource-group GROUP --enable-versioning true`,
		`az storage account management-policy create --account-name ${account} --resource-group GROUP --policy @lifecycle.json`,
	];
}

function json(value: object): readonly string[] {
	return JSON.stringify(value, undefined, 2).split("\n");
}
