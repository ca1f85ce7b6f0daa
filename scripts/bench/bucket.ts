import {
	CreateBucketCommand,
	DeleteBucketCommand,
	DeleteObjectsCommand,
	paginateListObjectsV2,
	S3Client,
} from "@aws-sdk/client-s3";
import { MARKER_KEY } from "../../src/sync/marker.ts";
import type { S3Connection } from "../services/s3-connection.ts";
import { fingerprint } from "./tree.ts";

/** A bucket for one tool and round; disposing of it deletes it with all that is in it. */
export interface Bucket extends AsyncDisposable {
	readonly name: string;
	/** How its objects differ from those that have to be there, in words; undefined when they do not. */
	difference(objects: ReadonlyMap<string, string>): Promise<string | undefined>;
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
		difference: (objects) => difference(client, name, objects),
		[Symbol.asyncDispose]: () => deleteBucket(client, name),
	};
}

async function difference(
	client: S3Client,
	bucket: string,
	objects: ReadonlyMap<string, string>,
): Promise<string | undefined> {
	let same = 0;
	let different = 0;
	let extra = 0;
	for await (const { Contents = [] } of paginateListObjectsV2(
		{ client },
		{ Bucket: bucket },
	)) {
		for (const { Key = "", Size = 0, ETag = "" } of Contents) {
			// Our own tool marks what it fills.
			if (Key === MARKER_KEY) continue;
			const expected = objects.get(Key);
			const found = fingerprint(Size, ETag.replaceAll('"', ""));
			if (expected === undefined) extra += 1;
			else if (expected === found) same += 1;
			else different += 1;
		}
	}
	const missing = objects.size - same - different;
	const counts = { missing, different, extra };
	const findings = Object.entries(counts).filter(([, count]) => count > 0);
	return findings.length === 0
		? undefined
		: findings.map(([name, count]) => `${count} ${name}`).join(", ");
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
