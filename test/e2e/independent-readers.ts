import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import type { ContainerClient } from "@azure/storage-blob";
import { Client } from "minio";
import type { S3Connection } from "../../scripts/services/s3-connection.ts";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import type { GcsEmulator } from "../store/gcs/gcs-emulator.ts";
import { treeKeys } from "./tree.ts";

/** Every object of a store, by its key without the prefix: size and SHA-256. Not our marker of a target. */
export type Contents = ReadonlyMap<string, string>;

/** A client of S3 that shares no code with ours. */
export function minioClient(connection: S3Connection): Client {
	const { hostname, port } = new URL(connection.endpoint);
	return new Client({
		endPoint: hostname,
		port: Number(port),
		useSSL: false,
		region: connection.region,
		accessKey: connection.accessKeyId,
		secretKey: connection.secretAccessKey,
	});
}

/** What a bucket holds, as the client of MinIO reads it. */
export async function s3Contents(
	client: Client,
	bucket: string,
	prefix: string,
): Promise<Contents> {
	const objects = client.listObjectsV2(bucket, prefix, true);
	const names: string[] = [];
	for await (const { name } of objects as AsyncIterable<{ name: string }>)
		names.push(name);
	return await contentsOf(names, prefix, async (name) =>
		buffer(await client.getObject(bucket, name)),
	);
}

/** What a bucket holds, as Google's client lists it. Its downloads warn of listeners; so objects are simply fetched. */
export async function gcsContents(
	{ client, origin }: GcsEmulator,
	bucket: string,
	prefix: string,
): Promise<Contents> {
	const [files] = await client.bucket(bucket).getFiles({ prefix });
	const names = files.map(({ name }) => name);
	return await contentsOf(names, prefix, async (name) => {
		const path = `/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`;
		const response = await fetch(`${origin}${path}?alt=media`);
		if (!response.ok) throw new Error(`${name}: status ${response.status}`);
		return Buffer.from(await response.arrayBuffer());
	});
}

/** What a container holds, as Azure's client reads it. */
export async function azureContents(
	container: ContainerClient,
	prefix: string,
): Promise<Contents> {
	const blobs = await Array.fromAsync(container.listBlobsFlat({ prefix }));
	const names = blobs.map(({ name }) => name);
	return await contentsOf(names, prefix, (name) =>
		container.getBlobClient(name).downloadToBuffer(),
	);
}

/** What a directory holds. */
export async function directoryContents(root: string): Promise<Contents> {
	return await contentsOf(treeKeys(root), "", async (name) =>
		readFileSync(join(root, name)),
	);
}

/** In the order of UTF-8, so that a difference is easily seen. */
async function contentsOf(
	names: readonly string[],
	prefix: string,
	read: (name: string) => Promise<Buffer>,
): Promise<Contents> {
	const contents = new Map<string, string>();
	for (const name of names.toSorted()) {
		const key = name.slice(prefix.length);
		if (key === MARKER_KEY) continue;
		const content = await read(name);
		const digest = createHash("sha256").update(content).digest("hex");
		contents.set(key, `${content.length} ${digest}`);
	}
	return contents;
}
