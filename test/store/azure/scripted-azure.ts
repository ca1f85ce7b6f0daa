import type { ServerResponse } from "node:http";
import {
	type Authorization,
	byKey,
} from "../../../src/store/azure/authorization.ts";
import { AzureStore } from "../../../src/store/azure/azure-store.ts";
import { parseLocation } from "../../../src/store/azure/location.ts";
import { Plane } from "../../../src/store/azure/plane.ts";
import { type Handler, serve, type TestServer } from "../http/http-server.ts";

/** A made-up key of an account. */
export const KEY = Buffer.alloc(64, 7).toString("base64");

/** A store on a server that answers as a test says, not wrapped in anything. */
export interface ScriptedAzure extends AsyncDisposable {
	readonly server: TestServer;
	readonly store: AzureStore;
}

/** Opens the prefix `pre` of the container `reg`, of an account that is part of the path. The test disposes of it. */
export async function scriptedAzure(
	handle: Handler,
	options: {
		readonly authorization?: Authorization | undefined;
		readonly appendBelow?: number | undefined;
	} = {},
): Promise<ScriptedAzure> {
	const { authorization = byKey("account", KEY), appendBelow = 0 } = options;
	const server = await serve(handle);
	const location = {
		...parseLocation(new URL("az://account/reg/pre")),
		appendBelow,
	};
	const serviceUrl = `${server.origin}/account`;
	const plane = new Plane({ serviceUrl, authorization }, "reg");
	const store = new AzureStore(location, "pre/", { dropsDots: true }, plane);
	return {
		server,
		store,
		async [Symbol.asyncDispose]() {
			await store[Symbol.asyncDispose]();
			await server[Symbol.asyncDispose]();
		},
	};
}

/** Answers with a status and the service's code, in the header and, but for HEAD, in a body. */
export function refuse(
	response: ServerResponse,
	status: number,
	code: string,
): void {
	response.writeHead(status, {
		"content-type": "application/xml",
		"x-ms-error-code": code,
	});
	response.end(
		`\uFEFF<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>It failed.\nRequestId:1\nTime:2026-02-03T12:00:00Z</Message></Error>`,
	);
}

/** Answers as to a HEAD or GET of a block blob. */
export function give(
	response: ServerResponse,
	content: string | Buffer,
	headers: Readonly<Record<string, string>> = {},
): void {
	response.writeHead(200, {
		"content-length": content.length,
		etag: '"0x8D1"',
		"last-modified": "Tue, 03 Feb 2026 12:00:00 GMT",
		"x-ms-blob-type": "BlockBlob",
		...headers,
	});
	response.end(content);
}

/** A List Blobs response; keys without the store's prefix. */
export function listing(
	keys: readonly string[],
	marker = "",
	more = "",
): string {
	const blobs = keys.map(
		(key) =>
			`<Blob><Name>pre/${key}</Name><Properties><Last-Modified>Tue, 03 Feb 2026 12:00:00 GMT</Last-Modified><Etag>0x8D1</Etag><Content-Length>1</Content-Length><Content-MD5 /><BlobType>BlockBlob</BlobType></Properties>${more}</Blob>`,
	);
	return `\uFEFF<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://h/" ContainerName="reg"><Blobs>${blobs.join("")}</Blobs><NextMarker>${marker}</NextMarker></EnumerationResults>`;
}
