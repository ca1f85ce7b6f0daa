import { onTestFinished } from "vitest";
import { s3Storage } from "../../scripts/services/registry.ts";
import { type S3Product, startS3 } from "../../scripts/services/s3.ts";
import { newBucket } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { expectServedFrom } from "./served-from.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Proves that a registry is served from this S3 server, as `expectServedFrom` does. */
export async function expectServedFromS3(product: S3Product): Promise<void> {
	const server = await startS3({ product });
	onTestFinished(() => server.stop());
	const bucket = await newBucket(server);
	await expectServedFrom(
		{
			url: storeUrl(bucket, "/pre/fix", server).href,
			block: s3Storage(server, bucket, "/pre/fix"),
			takesPushes: true,
		},
		await temporaryFolder(),
	);
}
