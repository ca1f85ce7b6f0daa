import { createHash } from "node:crypto";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import {
	isUnknownUpload,
	type PartServer,
	type UploadedPart,
} from "../multipart-upload.ts";
import { retrying } from "../retry.ts";
import { etagFrom } from "./headers.ts";
import type { Plane } from "./plane.ts";
import { sha256Header } from "./proven-bodies.ts";
import type { ProvenParts } from "./proven-parts.ts";
import type { UploadCalls } from "./upload-calls.ts";

/** Most parts of an object. Source: Amazon S3 user guide, "multipart upload limits". */
const MAX_PARTS = 10_000;

/** The part size (bytes) for a body: as small as may be, and as the limit on the number of parts allows. */
export function partSize(size: number, smallest: number): number {
	return Math.max(smallest, Math.ceil(size / MAX_PARTS));
}

/** The checksum of an object of these parts. Source: Amazon S3 user guide, "Checking object integrity", composite. */
function checksumOf(parts: readonly UploadedPart[]): string {
	const checksums = createHash("sha256");
	for (const { sha256 } of parts) checksums.update(sha256, "base64");
	return `${checksums.digest("base64")}-${parts.length}`;
}

/** What parts are sent with. */
export interface MultipartContext {
	readonly plane: Plane;
	readonly proven: ProvenParts;
	readonly calls: UploadCalls;
}

/** The parts of one object; `key` with the store's prefix. */
export function partServer(
	{ plane, proven, calls }: MultipartContext,
	key: string,
	about: StoreErrorOptions,
): PartServer {
	/** Whether the object is what these parts make, by its checksum. */
	const isThere = async (parts: readonly UploadedPart[]) => {
		const headers = { "x-amz-checksum-mode": "ENABLED" };
		const request = { method: "HEAD", key, headers } as const;
		const response = await retrying(() => plane.request(request, about, [404]));
		return response.headers["x-amz-checksum-sha256"] === checksumOf(parts);
	};
	return {
		async send(uploadId, { number, bytes, sha256 }, signal) {
			const request = {
				method: "PUT" as const,
				key,
				query: { partNumber: String(number), uploadId },
				headers: sha256Header(sha256),
				body: bytes,
				sha256,
				signal,
			};
			const { headers } = await retrying(
				() => proven.send(request, about),
				signal,
			);
			const etag = etagFrom(headers);
			if (etag !== "") return etag;
			const reason = "the server took a part without naming its ETag";
			throw new StoreError("unknown", reason, about);
		},
		async complete(uploadId, parts) {
			try {
				await calls.complete(key, uploadId, parts, about);
			} catch (error) {
				// The answer to an attempt that succeeded can be lost; to the next one, some servers know no such upload.
				if (!isUnknownUpload(error, about) || !(await isThere(parts)))
					throw error;
			}
		},
	};
}
