import { randomUUID } from "node:crypto";

/** Nobody who makes content can know it. */
const BOUNDARY = `regmigrate-${randomUUID()}`;

/** The type of what `multipartBody` makes. */
export const MULTIPART_TYPE = `multipart/related; boundary=${BOUNDARY}`;

/** What the registry's own gcs driver writes. Source: registry/storage/driver/gcs/gcs.go, blobContentType. */
export const CONTENT_TYPE = "application/octet-stream";

const END = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);

/** An object resource, and the content that goes with it, as the body of one request (RFC 2387). */
export function multipartBody(
	resource: Readonly<Record<string, string>>,
	content: Uint8Array,
): Buffer {
	const start = `--${BOUNDARY}\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${JSON.stringify(resource)}\r\n--${BOUNDARY}\r\ncontent-type: ${CONTENT_TYPE}\r\n\r\n`;
	return Buffer.concat([Buffer.from(start), content, END]);
}
