import { PutBucketEncryptionCommand } from "@aws-sdk/client-s3";
import { describe } from "vitest";
import { MINIO_KMS_KEY } from "../../../scripts/services/minio.ts";
import { newBucket, s3Client, services } from "../../support/services.ts";
import { describeS3 } from "./describe-s3.ts";

const { s3 } = services();
process.env.AWS_ACCESS_KEY_ID = s3.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = s3.secretAccessKey;

/** Makes a bucket in which everything is encrypted by the key service. */
async function encryptedBucket(): Promise<string> {
	const bucket = await newBucket();
	const client = s3Client();
	const byKeyService = {
		SSEAlgorithm: "aws:kms",
		KMSMasterKeyID: MINIO_KMS_KEY,
	} as const;
	await client.send(
		new PutBucketEncryptionCommand({
			Bucket: bucket,
			ServerSideEncryptionConfiguration: {
				Rules: [{ ApplyServerSideEncryptionByDefault: byKeyService }],
			},
		}),
	);
	client.destroy();
	return bucket;
}

describe.skipIf(!s3.verifies)("on MinIO with a key service", () => {
	describeS3({
		...s3,
		product: "MinIO, encrypted by a key service",
		connection: () => s3,
		newBucket: encryptedBucket,
		isBrief: true,
	});
});
