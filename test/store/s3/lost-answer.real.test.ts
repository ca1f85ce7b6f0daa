import { randomBytes } from "node:crypto";
import { ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { open as openS3 } from "../../../src/store/s3/open.ts";
import { bodyOf } from "../../conformance/bodies.ts";
import { read, sha256, sha256Of } from "../../conformance/objects.ts";
import { newBucket, s3Client, services } from "../../support/services.ts";
import { storeUrl } from "../../support/store-url.ts";
import { type Arrived, serve } from "../http/http-server.ts";
import { forward } from "./forward.ts";

const { s3 } = services();
process.env.AWS_ACCESS_KEY_ID = s3.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = s3.secretAccessKey;

/** Passes requests on to the run's server, and loses the answer to the first that `isLost` says. */
function losing(isLost: (request: Arrived) => boolean) {
	let lost = 0;
	return serve(async (arrived, response) => {
		const { status, headers, body } = await forward(arrived, s3.endpoint);
		if (lost === 0 && isLost(arrived)) {
			lost++;
			response.socket?.destroy();
			return;
		}
		response.writeHead(status, headers);
		response.end(body);
	});
}

function through(origin: string, bucket: string): URL {
	const url = storeUrl(bucket);
	url.searchParams.set("endpoint", origin);
	return url;
}

test.skipIf(!s3.verifies)(
	`an upload whose completion was answered in vain is there (${s3.product}), and nothing is left of it`,
	async () => {
		const bucket = await newBucket();
		await using proxy = await losing(
			({ method, query }) => method === "POST" && query.has("uploadId"),
		);
		await using store = await openS3(through(proxy.origin, bucket));
		const content = randomBytes(9 * 1024 * 1024);
		const meta = await store.put("a", bodyOf([content]), {
			digest: sha256Of(content),
		});
		expect(meta.size).toBe(content.length);
		expect(sha256(await read(store, "a"))).toBe(sha256(content));
		const completions = proxy.requests.filter(
			({ method, query }) => method === "POST" && query.has("uploadId"),
		);
		expect(completions).toHaveLength(2);
		const client = s3Client();
		const { Uploads = [] } = await client.send(
			new ListMultipartUploadsCommand({ Bucket: bucket }),
		);
		client.destroy();
		expect(Uploads).toEqual([]);
	},
);

test.each(["PUT", "GET", "HEAD"])(
	`a %s whose answer was lost is asked again (${s3.product})`,
	async (lost) => {
		const bucket = await newBucket();
		const isLost = ({ method, path }: Arrived) =>
			method === lost && path.endsWith("/a");
		await using proxy = await losing(isLost);
		await using store = await openS3(through(proxy.origin, bucket));
		// The first body shows what the server does with it.
		await store.put("first", Buffer.from("content"));
		await store.put("a", Buffer.from("content"));
		expect(await read(store, "a")).toEqual(Buffer.from("content"));
		expect(await store.head("a")).toMatchObject({ size: 7 });
		expect(proxy.requests.filter(isLost)).toHaveLength(2);
	},
);
