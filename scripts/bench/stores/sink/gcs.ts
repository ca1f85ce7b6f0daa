import { hash } from "node:crypto";
import { crc32c, encodeCrc32c } from "../../../../src/store/gcs/crc32c.ts";
import { LINK, linkKey, pageKeys } from "../registry-objects.ts";
import {
	type Answer,
	MODIFIED,
	pageOf,
	type SinkRequest,
	tokenAfter,
} from "./answer.ts";

const CRC32C = encodeCrc32c(crc32c(LINK));
const MD5 = hash("md5", LINK, "base64");

const HEADERS = {
	"content-type": "application/json; charset=UTF-8",
	"x-guploader-uploadid": "A".repeat(120),
	vary: "Origin",
	"cache-control": "no-cache, no-store, max-age=0, must-revalidate",
	server: "UploadServer",
};

/** Google Cloud Storage's JSON API, and one bucket in it. */
export function answerGcs(request: SinkRequest, pages: number): Answer {
	const { method, query, path } = request;
	// Who names the fields that it wants gets no others.
	const describe = query.has("fields") ? essence : resource;
	const json =
		method === "POST"
			? { kind: KIND, crc32c: CRC32C, ...describe(linkKey(0)) }
			: path.endsWith("/o")
				? listing(query, pages, describe)
				: { kind: "storage#bucket" };
	return { status: 200, headers: HEADERS, body: JSON.stringify(json) };
}

const KIND = "storage#object";
const GENERATION = "1770120000123456";

function listing(
	query: URLSearchParams,
	pages: number,
	describe: (name: string) => object,
) {
	const page = pageOf(query.get("pageToken"));
	return {
		kind: "storage#objects",
		nextPageToken: tokenAfter(page, pages),
		items: pageKeys(page, pages).map(describe),
	};
}

function essence(name: string) {
	return {
		name,
		size: String(LINK.length),
		generation: GENERATION,
		md5Hash: MD5,
		updated: MODIFIED.toISOString(),
		contentType: "application/octet-stream",
	};
}

/** Source: Cloud Storage JSON API reference, "Objects". */
function resource(name: string) {
	const path = `/b/bench/o/${encodeURIComponent(name)}`;
	const time = MODIFIED.toISOString();
	return {
		kind: KIND,
		id: `bench/${name}/${GENERATION}`,
		selfLink: `https://www.googleapis.com/storage/v1${path}`,
		mediaLink: `https://storage.googleapis.com/download/storage/v1${path}?generation=${GENERATION}&alt=media`,
		...essence(name),
		bucket: "bench",
		metageneration: "1",
		storageClass: "STANDARD",
		crc32c: CRC32C,
		etag: "CMCAgICAgICAAxAB",
		timeCreated: time,
		timeStorageClassUpdated: time,
		timeFinalized: time,
	};
}
