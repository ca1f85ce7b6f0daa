import { PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import type { S3Connection } from "../../scripts/services/s3-connection.ts";
import { s3Client } from "./services.ts";

/** What the store needs to be allowed. */
const ACTIONS = [
	"s3:ListBucket",
	"s3:GetObject",
	"s3:PutObject",
	"s3:DeleteObject",
	"s3:AbortMultipartUpload",
	"s3:ListMultipartUploadParts",
	"s3:ListBucketMultipartUploads",
];

/** Allows an account everything in a bucket but one action. */
export async function allowAllBut(
	action: string,
	bucket: string,
	account: string,
	connection: S3Connection,
): Promise<void> {
	const statement = (resource: string, actions: readonly string[]) => ({
		Effect: "Allow",
		Principal: { AWS: [account] },
		Action: actions.filter((one) => one !== action),
		Resource: resource,
	});
	const isOfBucket = (one: string) => one.startsWith("s3:ListBucket");
	const arn = `arn:aws:s3:::${bucket}`;
	const Policy = JSON.stringify({
		Version: "2012-10-17",
		Statement: [
			statement(arn, ACTIONS.filter(isOfBucket)),
			statement(
				`${arn}/*`,
				ACTIONS.filter((one) => !isOfBucket(one)),
			),
		].filter(({ Action }) => Action.length > 0),
	});
	const client = s3Client(connection);
	try {
		await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
	} finally {
		client.destroy();
	}
}
