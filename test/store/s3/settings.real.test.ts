import { randomBytes } from "node:crypto";
import { HeadObjectCommand, type HeadObjectOutput } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { MINIO_KMS_KEY } from "../../../scripts/services/minio.ts";
import type { S3Connection } from "../../../scripts/services/s3-connection.ts";
import { open as openS3 } from "../../../src/store/s3/open.ts";
import { bodyOf } from "../../conformance/bodies.ts";
import { bytes } from "../../conformance/objects.ts";
import {
	hasTools,
	newBucket,
	s3Client,
	services,
} from "../../support/services.ts";
import { storeUrl } from "../../support/store-url.ts";
import { ownServer } from "./own-server.ts";

const { s3 } = services();
process.env.AWS_ACCESS_KEY_ID = s3.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = s3.secretAccessKey;

/** The URL of a new bucket, with more options. */
async function urlWith(options: string, server: S3Connection): Promise<URL> {
	const url = storeUrl(await newBucket(server), "", server);
	for (const [name, value] of new URLSearchParams(options))
		url.searchParams.set(name, value);
	return url;
}

/** What another client is told of an object. */
async function told(url: URL, key: string): Promise<HeadObjectOutput> {
	const client = s3Client();
	try {
		return await client.send(
			new HeadObjectCommand({ Bucket: url.hostname, Key: key }),
		);
	} finally {
		client.destroy();
	}
}

describe.skipIf(!s3.verifies)("on MinIO", () => {
	test.each<[string, Partial<HeadObjectOutput>]>([
		["sse=aes256", { ServerSideEncryption: "AES256" }],
		["sse=kms", { ServerSideEncryption: "aws:kms" }],
		[
			`sse=kms&kms-key-id=${MINIO_KMS_KEY}`,
			{ SSEKMSKeyId: `arn:aws:kms:${MINIO_KMS_KEY}` },
		],
		[
			"storage-class=reduced_redundancy",
			{ StorageClass: "REDUCED_REDUNDANCY" },
		],
	])("objects small and large lie as %s has it", async (options, kept) => {
		const url = await urlWith(options, s3);
		await using store = await openS3(url);
		await store.put("small", bytes("content"));
		await store.put("large", bodyOf([randomBytes(9 * 1024 * 1024)]));
		expect(await told(url, "small")).toMatchObject(kept);
		expect(await told(url, "large")).toMatchObject(kept);
	});

	test.each([
		["storage-class=STANDARD_IA", /InvalidStorageClass/, /storage-class/],
		["sse=kms&kms-key-id=absent", /KeyNotFound/, /kms-key-id/],
	])(
		"%s, which it does not have, is refused",
		async (options, reason, advice) => {
			await using store = await openS3(await urlWith(options, s3));
			await expect(store.put("a", bytes("x"))).rejects.toMatchObject({
				reason: expect.stringMatching(reason),
				suggestions: [expect.stringMatching(advice)],
			});
		},
	);
});

describe.skipIf(!hasTools("versitygw"))("on VersityGW", () => {
	const connection = ownServer("versitygw");

	test.each([
		["sse=aes256", /ignores the option sse/],
		["sse=kms", /ignores the option sse/],
		["storage-class=STANDARD_IA", /ignores the option storage-class/],
	])("%s, which it ignores, is refused", async (options, reason) => {
		await using store = await openS3(await urlWith(options, connection()));
		await expect(store.put("a", bytes("x"))).rejects.toMatchObject({
			code: "unsupported",
			reason: expect.stringMatching(reason),
		});
	});
});

describe.skipIf(!hasTools("radosgw"))("on Ceph", () => {
	const connection = ownServer("radosgw");

	test.each(["sse=aes256", "storage-class=STANDARD_IA"])(
		"%s, which it refuses without a word, is named",
		async (options) => {
			await using store = await openS3(await urlWith(options, connection()));
			await expect(store.put("a", bytes("x"))).rejects.toMatchObject({
				code: "unknown",
				suggestions: [expect.stringContaining("storage-class")],
			});
		},
	);

	test("acl=bucket-owner-full-control is taken", async () => {
		const url = await urlWith("acl=bucket-owner-full-control", connection());
		await using store = await openS3(url);
		expect(await store.put("a", bytes("x"))).toMatchObject({ size: 1 });
	});
});
