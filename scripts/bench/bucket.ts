import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
	CreateBucketCommand,
	DeleteBucketCommand,
	DeleteObjectsCommand,
	GetObjectCommand,
	paginateListObjectsV2,
	S3Client,
} from "@aws-sdk/client-s3";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import type { S3Connection } from "../services/s3-connection.ts";
import type { Finding } from "./missed.ts";
import { fingerprint } from "./tree.ts";
import type { Expected } from "./workloads/workload.ts";

/** A bucket for one tool and round; disposing of it deletes it with all that is in it. */
export interface Bucket extends AsyncDisposable {
	readonly name: string;
	/**
	 * How its objects differ from those that have to be there: by a listing, whose ETags are MD5s; and by reading each
	 * object that has no such ETag, and every tag that was moved.
	 */
	findings(expected: Expected): Promise<readonly Finding[]>;
}

/** Makes an empty bucket. What is in it is judged by an SDK, not by our own store, which is measured here. */
export async function makeBucket(
	server: S3Connection,
	name: string,
): Promise<Bucket> {
	const client = new S3Client({
		endpoint: server.endpoint,
		region: server.region,
		forcePathStyle: true,
		credentials: server,
	});
	await client.send(new CreateBucketCommand({ Bucket: name }));
	return {
		name,
		findings: (expected) => findings(client, name, expected),
		[Symbol.asyncDispose]: () => deleteBucket(client, name),
	};
}

async function findings(
	client: S3Client,
	bucket: string,
	{ objects, moved }: Expected,
): Promise<readonly Finding[]> {
	const found: Finding[] = [];
	const seen = new Set<string>();
	for await (const { Contents = [] } of paginateListObjectsV2(
		{ client },
		{ Bucket: bucket },
	)) {
		for (const { Key: key = "", Size = 0, ETag = "" } of Contents) {
			// Our own tool marks what it fills.
			if (key === MARKER_KEY) continue;
			seen.add(key);
			const expected = objects.get(key);
			if (expected === undefined) {
				found.push({ key, kind: "extra" });
				continue;
			}
			const md5 = ETag.replaceAll('"', "");
			const algorithm = expected.includes(" sha256:") ? "sha256" : "md5";
			// Of many parts, it is no MD5 of the whole.
			const isProof = algorithm === "md5" && !md5.includes("-");
			const actual =
				isProof && !moved.has(key)
					? fingerprint(Size, md5)
					: await readFingerprint(client, bucket, key, algorithm);
			if (actual !== expected) found.push({ key, kind: "different" });
		}
	}
	for (const key of objects.keys())
		if (!seen.has(key)) found.push({ key, kind: "missing" });
	return found;
}

async function readFingerprint(
	client: S3Client,
	bucket: string,
	key: string,
	algorithm: "md5" | "sha256",
): Promise<string> {
	const { Body } = await client.send(
		new GetObjectCommand({ Bucket: bucket, Key: key }),
	);
	if (!(Body instanceof Readable)) throw new Error(`${key} has no body`);
	const hash = createHash(algorithm);
	let size = 0;
	for await (const chunk of Body as AsyncIterable<Buffer>) {
		hash.update(chunk);
		size += chunk.length;
	}
	const prefix = algorithm === "sha256" ? "sha256:" : "";
	return fingerprint(size, `${prefix}${hash.digest("hex")}`);
}

async function deleteBucket(client: S3Client, bucket: string): Promise<void> {
	for await (const { Contents = [] } of paginateListObjectsV2(
		{ client },
		{ Bucket: bucket },
	)) {
		const keys = Contents.map(({ Key }) => ({ Key }));
		if (keys.length > 0)
			await client.send(
				new DeleteObjectsCommand({
					Bucket: bucket,
					Delete: { Objects: keys, Quiet: true },
				}),
			);
	}
	await client.send(new DeleteBucketCommand({ Bucket: bucket }));
	client.destroy();
}
