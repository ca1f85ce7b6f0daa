import type { S3Connection } from "./s3-connection.ts";

/** Makes an empty bucket and answers the URL by which our own program is told of it. */
export async function createBucket(
	{ endpoint, region, accessKeyId, secretAccessKey }: S3Connection,
	name: string,
): Promise<string> {
	// Loaded when it is needed: who only asks for the status should not wait for it.
	const { CreateBucketCommand, S3Client } = await import("@aws-sdk/client-s3");
	const client = new S3Client({
		endpoint,
		region,
		forcePathStyle: true,
		credentials: { accessKeyId, secretAccessKey },
	});
	try {
		await client.send(new CreateBucketCommand({ Bucket: name }));
	} finally {
		client.destroy();
	}
	return `s3://${name}?endpoint=${endpoint}&region=${region}`;
}
