import type { ServerResponse } from "node:http";
import { Control } from "../../../src/store/s3/control.ts";
import { parseLocation } from "../../../src/store/s3/location.ts";
import { Plane } from "../../../src/store/s3/plane.ts";
import { S3Store } from "../../../src/store/s3/s3-store.ts";
import { sha256 } from "../../conformance/objects.ts";
import {
	type Arrived,
	type Handler,
	serve,
	type TestServer,
} from "../http/http-server.ts";

process.env.AWS_ACCESS_KEY_ID = "AKIAEXAMPLE";
process.env.AWS_SECRET_ACCESS_KEY = "a-secret";

/** A store on a server that answers as a test says, not wrapped in anything. */
export interface ScriptedS3 extends AsyncDisposable {
	readonly server: TestServer;
	readonly store: S3Store;
}

/**
 * Opens the prefix `pre` of the bucket `reg`, with more options of its URL. The server proves bodies, so that the
 * test's script is not asked for those that are not as they were signed. The test disposes of it.
 */
export async function scriptedS3(
	handle: Handler,
	options = "",
): Promise<ScriptedS3> {
	const server = await provingServer(handle);
	const url = new URL(`s3://reg/pre?region=us-east-1&${options}`);
	url.searchParams.set("endpoint", server.origin);
	const location = parseLocation(url);
	const control = await Control.open(location);
	const plane = new Plane(control.address, control.region, () =>
		control.credentials(),
	);
	const store = new S3Store(location, plane, control);
	return {
		server,
		store,
		async [Symbol.asyncDispose]() {
			await store[Symbol.asyncDispose]();
			await server[Symbol.asyncDispose]();
		},
	};
}

async function provingServer(handle: Handler): Promise<TestServer> {
	const requests: Arrived[] = [];
	const server = await serve((arrived, response) => {
		if (!isAsSigned(arrived)) {
			refuse(response, 400, "XAmzContentSHA256Mismatch");
			return;
		}
		const request = { ...arrived, number: requests.length };
		requests.push(request);
		return handle(request, response);
	});
	return {
		origin: server.origin,
		requests,
		open: server.open,
		accepted: () => server.accepted(),
		[Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
	};
}

/** Whether a body has the SHA-256 that the signature says. */
export function isAsSigned({ headers, body }: Arrived): boolean {
	return headers["x-amz-content-sha256"] === sha256(body);
}

/** Answers with a status and, for an error, S3's code. */
export function refuse(
	response: ServerResponse,
	status: number,
	code: string,
): void {
	response.writeHead(status, { "content-type": "application/xml" });
	response.end(`<Error><Code>${code}</Code><Message>-</Message></Error>`);
}

/** Answers as to a HEAD or GET of an object. */
export function give(
	response: ServerResponse,
	content: string | Buffer,
	headers: Readonly<Record<string, string>> = {},
): void {
	response.writeHead(200, {
		"content-length": content.length,
		etag: '"e"',
		"last-modified": "Tue, 03 Feb 2026 12:00:00 GMT",
		...headers,
	});
	response.end(content);
}

/** A ListObjectsV2 response; keys without the store's prefix. */
export function listing(keys: readonly string[], token?: string): string {
	const contents = keys.map(
		(key) =>
			`<Contents><Key>pre/${key}</Key><Size>1</Size><ETag>"e"</ETag><LastModified>2026-02-03T12:00:00Z</LastModified></Contents>`,
	);
	const rest =
		token === undefined
			? ""
			: `<NextContinuationToken>${token}</NextContinuationToken>`;
	return `<ListBucketResult><IsTruncated>${token !== undefined}</IsTruncated>${rest}${contents.join("")}</ListBucketResult>`;
}
