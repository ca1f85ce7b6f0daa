import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import {
	ListMultipartUploadsCommand,
	ListPartsCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import type { S3Connection } from "../../../scripts/services/s3-connection.ts";
import type { Body } from "../../../src/store/object-store.ts";
import { open as openS3 } from "../../../src/store/s3/open.ts";
import { MemoryUploads } from "../../../src/store/upload-log.ts";
import { bodyOf } from "../../conformance/bodies.ts";
import { Gate } from "../../e2e/gate.ts";
import {
	hasTools,
	newBucket,
	s3Client,
	services,
} from "../../support/services.ts";
import { storeUrl } from "../../support/store-url.ts";
import { ownServer } from "./own-server.ts";

const KEY = "some/key";
/** The smallest that servers take. */
const PART = 5 * 1024 * 1024;

/** A body whose reader gets nothing more after so many parts, until it is cancelled. */
function stuckBody(content: Buffer, parts: number, signal: AbortSignal): Body {
	return {
		size: content.length,
		bytes: async () => content,
		async *open() {
			yield content.subarray(0, parts * PART);
			await once(signal, "abort");
			throw signal.reason;
		},
	};
}

function describeResume(
	product: string,
	isThere: boolean,
	connect: () => () => S3Connection,
): void {
	describe.skipIf(!isThere)(`an upload on ${product}`, () => {
		const connection = connect();

		test("is gone on with by another process, which sends only what is missing or was another (I4)", async () => {
			const bucket = await newBucket(connection());
			const older = randomBytes(3 * PART + 5);
			const newer = Buffer.from(older);
			newer.fill(0, PART, PART + 1);
			await using gate = await Gate.open(connection().endpoint);
			const url = storeUrl(bucket, "/pre", {
				...connection(),
				endpoint: gate.endpoint,
			});
			url.searchParams.set("chunk-size", String(PART));
			url.searchParams.set("multipart-threshold", String(PART));
			const record = new MemoryUploads();
			const uploads = { open: () => record };

			const client = s3Client(connection());
			const stuck = new AbortController();
			await using first = await openS3(url, { uploads });
			const { signal } = stuck;
			const put = first.put(KEY, stuckBody(older, 2, signal), { signal });
			const gone = put.catch((error: unknown) => error);
			const where = { Bucket: bucket, Key: `pre/${KEY}` };
			for (let arrived = 0; arrived < 2; await setTimeout(20)) {
				const [noted] = record.pending();
				if (noted?.uploadId === undefined) continue;
				const UploadId = noted.uploadId;
				const listed = new ListPartsCommand({ ...where, UploadId });
				arrived = (await client.send(listed)).Parts?.length ?? 0;
			}

			await using second = await openS3(url, { uploads });
			// With the first body it is found out whether the server proves bodies.
			await second.put("small", Buffer.from("small"));
			gate.requests.length = 0;
			await second.put(KEY, bodyOf([newer]));
			const sent = gate.requests.flatMap(
				(request) => /^PUT .*partNumber=(\d+)/.exec(request)?.[1] ?? [],
			);
			// One of them twice: the server is tried with it.
			expect([...new Set(sent)].toSorted()).toEqual(["2", "3", "4"]);
			expect(sent.length).toBeLessThanOrEqual(4);
			await using reader = await second.get(KEY);
			expect(newer.equals(await reader.bytes(newer.length))).toBe(true);
			expect(record.pending()).toEqual([]);

			// It finds its upload gone, and the object stays.
			stuck.abort(new Error("cancelled"));
			expect(await gone).toMatchObject({ message: "cancelled" });
			expect(await second.head(KEY)).toMatchObject({ size: newer.length });
			const { Uploads = [] } = await client.send(
				new ListMultipartUploadsCommand({
					Bucket: bucket,
					Prefix: `pre/${KEY}`,
				}),
			);
			expect(Uploads).toEqual([]);
			client.destroy();
		});
	});
}

const { s3 } = services();
describeResume(s3.product, s3.verifies, () => {
	process.env.AWS_ACCESS_KEY_ID = s3.accessKeyId;
	process.env.AWS_SECRET_ACCESS_KEY = s3.secretAccessKey;
	return () => s3;
});
describeResume("VersityGW", hasTools("versitygw"), () =>
	ownServer("versitygw"),
);
describeResume("Ceph", hasTools("radosgw"), () => ownServer("radosgw"));
