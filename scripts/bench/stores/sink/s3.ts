import { hash } from "node:crypto";
import { LINK, pageKeys } from "../registry-objects.ts";
import {
	type Answer,
	MODIFIED,
	pageOf,
	type SinkRequest,
	tokenAfter,
} from "./answer.ts";

const SHA256 = hash("sha256", LINK);
const ETAG = `"${hash("md5", LINK)}"`;

const HEADERS = {
	server: "AmazonS3",
	"x-amz-id-2": "A".repeat(76),
	"x-amz-request-id": "0123456789ABCDEF",
};

/** S3, and one bucket in it. */
export function answerS3(request: SinkRequest, pages: number): Answer {
	const { method, query, headers } = request;
	if (method === "PUT") {
		const sha256 = headers["x-amz-content-sha256"];
		// Clients find out whether a body is compared with it.
		return sha256 !== undefined && sha256.length === 64 && sha256 !== SHA256
			? { status: 400, headers: XML, body: REFUSAL }
			: { status: 200, headers: { ...HEADERS, etag: ETAG }, body: "" };
	}
	return query.has("list-type")
		? { status: 200, headers: XML, body: listing(query, pages) }
		: { status: 200, headers: { ...HEADERS, etag: ETAG }, body: LINK };
}

const XML = { ...HEADERS, "content-type": "application/xml" };

const REFUSAL =
	'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>XAmzContentSHA256Mismatch</Code><Message>The provided \'x-amz-content-sha256\' header does not match what was computed.</Message></Error>';

function listing(query: URLSearchParams, pages: number): string {
	const page = pageOf(query.get("continuation-token"));
	const next = tokenAfter(page, pages);
	const contents = pageKeys(page, pages).map(
		(key) =>
			`<Contents><Key>${key}</Key><LastModified>${MODIFIED.toISOString()}</LastModified><ETag>&quot;${ETAG.slice(1, -1)}&quot;</ETag><Size>${LINK.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
	);
	return [
		'<?xml version="1.0" encoding="UTF-8"?>\n',
		'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bench</Name><Prefix></Prefix>',
		next && `<NextContinuationToken>${next}</NextContinuationToken>`,
		`<KeyCount>${contents.length}</KeyCount><MaxKeys>1000</MaxKeys>`,
		query.has("encoding-type") && "<EncodingType>url</EncodingType>",
		`<IsTruncated>${next !== undefined}</IsTruncated>`,
		...contents,
		"</ListBucketResult>",
	]
		.filter(Boolean)
		.join("");
}
