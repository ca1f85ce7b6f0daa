import { hash } from "node:crypto";
import { LINK, pageKeys } from "../registry-objects.ts";
import {
	type Answer,
	MODIFIED,
	pageOf,
	type SinkRequest,
	tokenAfter,
} from "./answer.ts";

const MD5 = hash("md5", LINK, "base64");
const ETAG = "0x8DE630E1F2A3B4C";
const TIME = MODIFIED.toUTCString();

const HEADERS = {
	server: "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0",
	"x-ms-request-id": "0123abcd-001e-0012-3456-7890ab000000",
	"x-ms-version": "2021-12-02",
};

/** Azure Blob Storage, and one container in it. */
export function answerAzure(request: SinkRequest, pages: number): Answer {
	const { method, query } = request;
	if (method === "PUT") return { status: 201, headers: WRITTEN, body: "" };
	if (query.get("comp") !== "list")
		return { status: 200, headers: HEADERS, body: "" };
	const headers = { ...HEADERS, "content-type": "application/xml" };
	return { status: 200, headers, body: listing(query, pages) };
}

const WRITTEN = {
	...HEADERS,
	"content-md5": MD5,
	etag: `"${ETAG}"`,
	"last-modified": TIME,
	"x-ms-content-crc64": "AAAAAAAAAAA=",
	"x-ms-request-server-encrypted": "true",
};

function listing(query: URLSearchParams, pages: number): string {
	const page = pageOf(query.get("marker"));
	const next = tokenAfter(page, pages);
	return [
		'\u{FEFF}<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://bench.blob.core.windows.net/" ContainerName="bench"><MaxResults>1000</MaxResults><Blobs>',
		...pageKeys(page, pages).map(
			(key) =>
				`<Blob><Name>${key}</Name>${key.endsWith("/data") ? APPENDED : PUT}<OrMetadata /></Blob>`,
		),
		"</Blobs>",
		next === undefined ? "<NextMarker />" : `<NextMarker>${next}</NextMarker>`,
		"</EnumerationResults>",
	].join("");
}

/** Source: Azure Storage REST API reference, "List Blobs". */
const properties = (type: string, md5: string) =>
	`<Properties><Creation-Time>${TIME}</Creation-Time><Last-Modified>${TIME}</Last-Modified><Etag>${ETAG}</Etag><Content-Length>${LINK.length}</Content-Length><Content-Type>application/octet-stream</Content-Type><Content-Encoding /><Content-Language /><Content-CRC64 />${md5}<Cache-Control /><Content-Disposition /><BlobType>${type}</BlobType><AccessTier>Hot</AccessTier><AccessTierInferred>true</AccessTierInferred><LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState><ServerEncrypted>true</ServerEncrypted></Properties>`;

/** As the registry's driver writes links, and blobs. Source: registry/storage/driver/azure/azure.go. */
const PUT = properties("BlockBlob", `<Content-MD5>${MD5}</Content-MD5>`);
const APPENDED = properties("AppendBlob", "<Content-MD5 />");
