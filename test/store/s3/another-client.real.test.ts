import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { Client } from "minio";
import { expect, test } from "vitest";
import { open as openS3 } from "../../../src/store/s3/open.ts";
import { bodyOf } from "../../conformance/bodies.ts";
import { read, sha256Of } from "../../conformance/objects.ts";
import { newBucket, services } from "../../support/services.ts";
import { storeUrl } from "../../support/store-url.ts";

const { s3 } = services();

process.env.AWS_ACCESS_KEY_ID = s3.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = s3.secretAccessKey;

/** A client that shares no code with ours. */
function anotherClient(): Client {
	const { hostname, port } = new URL(s3.endpoint);
	return new Client({
		endPoint: hostname,
		port: Number(port),
		useSSL: false,
		region: s3.region,
		accessKey: s3.accessKeyId,
		secretKey: s3.secretAccessKey,
	});
}

const CONTENTS = [
	["docker/empty", Buffer.alloc(0)],
	["docker/a link with spaces, + and ü/link", randomBytes(71)],
	["docker/large", randomBytes(17 * 1024 * 1024 + 1)],
] as const;

// The emulator does not take the signed streams that the other client sends.
test.skipIf(!s3.verifies).each(CONTENTS)(
	"another client reads what the store wrote, and the other way round: %s",
	async (key, content) => {
		const bucket = await newBucket();
		await using store = await openS3(storeUrl(bucket));
		const client = anotherClient();

		const options = { digest: sha256Of(content) };
		await store.put(key, bodyOf([content], content.length), options);
		const found = await buffer(await client.getObject(bucket, key));
		expect(found.equals(content)).toBe(true);
		const { metaData } = await client.statObject(bucket, key);
		expect(metaData["content-type"]).toBe("application/octet-stream");

		await client.putObject(bucket, `${key}.theirs`, content);
		const theirs = await read(store, `${key}.theirs`);
		expect(Buffer.from(theirs).equals(content)).toBe(true);
	},
);
