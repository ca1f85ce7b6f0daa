import { randomBytes } from "node:crypto";
import { ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import type { S3Connection } from "../../../scripts/services/s3-connection.ts";
import { open as openS3 } from "../../../src/store/s3/open.ts";
import { bodyOf } from "../../conformance/bodies.ts";
import { read, sha256, sha256Of } from "../../conformance/objects.ts";
import { newBucket, s3Client } from "../../support/services.ts";
import { storeUrl } from "../../support/store-url.ts";
import { type Arrived, serve } from "../http/http-server.ts";
import { forward } from "./forward.ts";

/** What a store does on a server whose answers are lost on their way, each the first time. */
export function describeLostAnswers(
	product: string,
	verifies: boolean,
	connection: () => S3Connection,
): void {
	/** Passes requests on to the server, and loses the answer to the first that `isLost` says. */
	function losing(isLost: (request: Arrived) => boolean) {
		let lost = 0;
		return serve(async (arrived, response) => {
			const { endpoint } = connection();
			const { status, headers, body } = await forward(arrived, endpoint);
			if (lost === 0 && isLost(arrived)) {
				lost++;
				response.socket?.destroy();
				return;
			}
			response.writeHead(status, headers);
			response.end(body);
		});
	}

	const through = (endpoint: string, bucket: string) =>
		storeUrl(bucket, "", { ...connection(), endpoint });

	describe(`the lost answer (${product})`, () => {
		test.skipIf(!verifies)(
			"of a completed upload: the object is there, and nothing is left of the upload",
			async () => {
				const bucket = await newBucket(connection());
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
				const client = s3Client(connection());
				const { Uploads = [] } = await client.send(
					new ListMultipartUploadsCommand({ Bucket: bucket }),
				);
				client.destroy();
				expect(Uploads).toEqual([]);
			},
		);

		test.each(["PUT", "GET", "HEAD"])(
			"of a %s: it is asked again",
			async (lost) => {
				const bucket = await newBucket(connection());
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
	});
}
