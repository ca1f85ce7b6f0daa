import { REGISTRY_PREFIX } from "../../layout/paths.ts";

/**
 * What keeps others from writing to a source in an object store: nothing that we do, but its owner can. A sentence or two;
 * for S3 with a bucket policy to take as it is. `url` is the store's.
 */
export function fenceAdvice(url: string): string {
	const { protocol, host, pathname } = new URL(url);
	const prefix = `${pathname.replace(/^\/+/, "").replace(/(?<=[^/])$/, "/")}${REGISTRY_PREFIX}`;
	switch (protocol) {
		case "s3:":
			return `Objects in ${url} cannot be fenced from here. Have its bucket refuse writes by this statement of its policy, and take it out again before a rollback: ${JSON.stringify(denial(host, prefix))}`;
		case "az:":
			return `Objects in ${url} cannot be fenced from here. Take the right to write there from whatever the registry used: give it the role Storage Blob Data Reader in place of Contributor, and renew account keys and shared access signatures that it knew; or put a read-only lock on the account.`;
		case "gs:":
			return `Objects in ${url} cannot be fenced from here. Take the right to write there from whatever the registry used: roles/storage.objectViewer in place of objectAdmin (gcloud storage buckets remove-iam-policy-binding), or delete its key.`;
		default:
			return `What is in ${url} cannot be fenced from here: see that no registry writes there any more.`;
	}
}

/** Source: Amazon S3 user guide, "Bucket policies" and "Actions, resources, and condition keys". */
function denial(bucket: string, prefix: string): object {
	return {
		Sid: "RegistryHasMoved",
		Effect: "Deny",
		Principal: "*",
		Action: ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"],
		Resource: `arn:aws:s3:::${bucket}/${prefix}*`,
	};
}
