import { randomUUID } from "node:crypto";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { inject } from "vitest";
import type { FoundTool } from "../../scripts/services/find-tool.ts";
import type { MissingTool } from "../../scripts/services/provide-tools.ts";
import type { S3Connection } from "../../scripts/services/s3-connection.ts";
import type { ToolName } from "../../scripts/services/tools.ts";

/** What a run's setup found and started for its tests; plain values, since tests run in other processes. */
export interface ProvidedServices {
	/** The one S3 server of the run. Each test makes a bucket of its own. */
	readonly s3: S3Connection;
	readonly found: readonly FoundTool[];
	readonly missing: readonly MissingTool[];
}

declare module "vitest" {
	export interface ProvidedContext {
		services: ProvidedServices;
	}
}

/** What the run provides; only in tests of the `real` project (`*.real.test.ts` and `test/e2e`). */
export function services(): ProvidedServices {
	const provided: ProvidedServices | undefined = inject("services");
	if (provided === undefined)
		throw new Error(
			"Only *.real.test.ts and test/e2e have servers; rename the test file",
		);
	return provided;
}

/** Whether all these programs are there; for `test.skipIf(!hasTools(…))`. */
export function hasTools(...names: readonly ToolName[]): boolean {
	return names.every((name) =>
		services().found.some((tool) => tool.name === name),
	);
}

/** An SDK client of the run's S3 server; the caller destroys it. */
export function s3Client(connection: S3Connection = services().s3): S3Client {
	const { endpoint, region, accessKeyId, secretAccessKey } = connection;
	return new S3Client({
		endpoint,
		region,
		forcePathStyle: true,
		credentials: { accessKeyId, secretAccessKey },
	});
}

/** Makes an empty bucket and answers its name. It goes when the server stops, after the run. */
export async function newBucket(
	connection: S3Connection = services().s3,
): Promise<string> {
	const bucket = `test-${randomUUID()}`;
	const client = s3Client(connection);
	try {
		await client.send(new CreateBucketCommand({ Bucket: bucket }));
	} finally {
		client.destroy();
	}
	return bucket;
}
