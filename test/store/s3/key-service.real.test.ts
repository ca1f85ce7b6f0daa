import { hash } from "node:crypto";
import { PutBucketEncryptionCommand } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { MINIO_KMS_KEY } from "../../../scripts/services/minio.ts";
import { open as openS3 } from "../../../src/store/s3/open.ts";
import { bytes, objectsOf } from "../../conformance/objects.ts";
import { newBucket, s3Client, services } from "../../support/services.ts";
import { storeUrl } from "../../support/store-url.ts";
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

	test("ETags that only look like MD5s are not said to be some, whoever asks first (I9)", async () => {
		const bucket = await encryptedBucket();
		const content = bytes("content");
		await using writer = await openS3(storeUrl(bucket));
		const put = await writer.put("a", content);
		expect(put.version).toMatch(/^[0-9a-f]{32}$/);
		expect(put.version).not.toBe(hash("md5", content, "hex"));
		expect(put.md5).toBeUndefined();
		await using reader = await openS3(storeUrl(bucket));
		expect(await reader.head("a")).toMatchObject({ md5: undefined });
		await using lister = await openS3(storeUrl(bucket));
		const [listed] = await objectsOf(lister, { prefix: "" });
		expect(listed).toMatchObject({ version: put.version, md5: undefined });
	});
});

test("ETags that are MD5s are said to be (I9)", async () => {
	const bucket = await newBucket();
	const content = bytes("content");
	const md5 = hash("md5", content, "hex");
	await using writer = await openS3(storeUrl(bucket));
	expect(await writer.put("a", content)).toMatchObject({ md5 });
	await using lister = await openS3(storeUrl(bucket));
	expect(await objectsOf(lister, { prefix: "" })).toMatchObject([{ md5 }]);
});
