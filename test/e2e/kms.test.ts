import { rmSync } from "node:fs";
import { join } from "node:path";
import { PutBucketEncryptionCommand } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { retag } from "../../scripts/sample-registry/retag.ts";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import { MINIO_KMS_KEY } from "../../scripts/services/minio.ts";
import { openStore } from "../../src/store/open.ts";
import { describeResult } from "../support/program.ts";
import { newBucket, s3Client, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { ClosureChecker } from "./closure.ts";
import {
	directoryContents,
	minioClient,
	s3Contents,
} from "./independent-readers.ts";
import { runProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { treeKeys } from "./tree.ts";

const { s3 } = services();
process.env.AWS_ACCESS_KEY_ID = s3.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = s3.secretAccessKey;

/** Whatever is put there is encrypted by the key service, and no ETag is an MD5. */
async function encrypt(bucket: string): Promise<void> {
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
}

describe.skipIf(!s3.verifies)(
	"sync › to a bucket that a key service encrypts",
	() => {
		test("copies all, then nothing, and each tag that moves (I9)", async () => {
			const storage = join(await temporaryFolder(), "storage");
			const bucket = await newBucket();
			await encrypt(bucket);
			const target = storeUrl(bucket).href;
			writeSampleRegistry(storage, {
				repositories: 4,
				tagsPerRepository: 3,
				layersPerTag: 2,
				multiPlatformEvery: 3,
				seed: 77,
			});
			const pass = async (...flags: readonly string[]) => {
				const result = await runProgram(["sync", storage, target, ...flags]);
				expect(result.exitCode, describeResult(result)).toBe(0);
				const [, copied] =
					/^Copied ([\d,]+) objects?/m.exec(result.stdout) ?? [];
				expect(await s3Contents(minioClient(s3), bucket, "")).toEqual(
					await directoryContents(storage),
				);
				return Number(copied?.replaceAll(",", ""));
			};
			expect(await pass()).toBeGreaterThan(50);
			expect(await pass()).toBe(0);
			expect(await pass("--relist")).toBe(0);

			// Its link is as large as before, and says that it is as old.
			const [key = ""] = treeKeys(storage).filter((name) =>
				name.endsWith("/current/link"),
			);
			const [, repository = "", tag = ""] =
				/repositories\/(.*)\/_manifests\/tags\/([^/]+)\//.exec(key) ?? [];
			const [to = ""] = treeKeys(storage)
				.map((name) => /tags\/([^/]+)\/current/.exec(name)?.[1] ?? "")
				.filter((name) => name !== "" && name !== tag);
			const moved = retag(storage, repository, tag, to, {
				keepTimeStamps: true,
			});
			expect(moved.after).not.toEqual(moved.before);
			expect(await pass()).toBeGreaterThanOrEqual(1);
			rmSync(join(storage, "docker/registry/v2/repositories", repository), {
				recursive: true,
			});
			expect(
				await runProgram(["sync", storage, target, "--delete", "--yes"]),
			).toMatchObject({ exitCode: 0 });
			await using store = await openStore(new URL(target));
			const { breaches } = await new ClosureChecker(store).check(
				new Set(treeKeys(storage)),
			);
			expect(breaches).toEqual([]);
			expect(await pass("--relist")).toBe(0);
		});
	},
);
