import type { S3Client } from "@aws-sdk/client-s3";
import type {
	ListedPart,
	ListedUpload,
	UploadServer,
} from "../begun-uploads.ts";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { UploadedPart } from "../multipart-upload.ts";
import { retrying } from "../retry.ts";
import { fromThrown } from "./errors.ts";
import { unquoted } from "./list-parser.ts";
import type { S3Location } from "./location.ts";
import { settingParameters } from "./object-settings.ts";

/** The calls that begin and end multipart uploads, made by the AWS SDK. Keys are whole, with the store's prefix. */
export class UploadCalls implements UploadServer {
	readonly #client: S3Client;
	readonly #location: S3Location;

	/** Closing the client is the caller's. */
	constructor(client: S3Client, location: S3Location) {
		this.#client = client;
		this.#location = location;
	}

	/** Its parts carry SHA-256 checksums. */
	async create(key: string, about: StoreErrorOptions): Promise<string> {
		const { CreateMultipartUploadCommand } = await import("@aws-sdk/client-s3");
		const command = new CreateMultipartUploadCommand({
			Bucket: this.#location.bucket,
			Key: key,
			ContentType: CONTENT_TYPE,
			ChecksumAlgorithm: "SHA256",
			...settingParameters(this.#location.objects),
		});
		try {
			const { UploadId } = await this.#client.send(command);
			if (UploadId !== undefined) return UploadId;
		} catch (error) {
			throw fromThrown(error, about);
		}
		const reason = "the server began an upload without naming it";
		throw new StoreError("unknown", reason, about);
	}

	/** Turns the parts into the object. Not to be cancelled: whether the object is there would be unknown. */
	async complete(
		key: string,
		uploadId: string,
		parts: readonly UploadedPart[],
		about: StoreErrorOptions,
	): Promise<void> {
		const { CompleteMultipartUploadCommand } = await import(
			"@aws-sdk/client-s3"
		);
		const command = new CompleteMultipartUploadCommand({
			Bucket: this.#location.bucket,
			Key: key,
			UploadId: uploadId,
			MultipartUpload: {
				Parts: parts.map(({ number, etag, sha256 }) => ({
					PartNumber: number,
					ETag: etag,
					ChecksumSHA256: sha256,
				})),
			},
		});
		const complete = async () => {
			const { ETag } = await this.#client.send(command);
			if (ETag !== undefined) return;
			// The SDK takes any XML for the answer, and HTML for XML.
			const reason = "what answers there names no ETag of what it made";
			throw new StoreError("unavailable", reason, about);
		};
		await tried(complete, about, undefined);
	}

	async abort(
		key: string,
		uploadId: string,
		about: StoreErrorOptions,
		signal: AbortSignal,
	): Promise<void> {
		const { AbortMultipartUploadCommand } = await import("@aws-sdk/client-s3");
		const command = new AbortMultipartUploadCommand({
			Bucket: this.#location.bucket,
			Key: key,
			UploadId: uploadId,
		});
		const options = { abortSignal: signal };
		await tried(
			() => this.#client.send(command, options),
			{ ...about, operation: "abort" },
			signal,
		);
	}

	async parts(
		key: string,
		uploadId: string,
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<ReadonlyMap<number, ListedPart>> {
		const { ListPartsCommand } = await import("@aws-sdk/client-s3");
		const parts = new Map<number, ListedPart>();
		for (let after: string | undefined; ; ) {
			const command = new ListPartsCommand({
				Bucket: this.#location.bucket,
				Key: key,
				UploadId: uploadId,
				PartNumberMarker: after,
			});
			const page = await tried(
				() => this.#client.send(command, { abortSignal: signal }),
				about,
				signal,
			);
			for (const part of page.Parts ?? []) {
				const { PartNumber, Size, ETag, ChecksumSHA256 } = part;
				if (PartNumber === undefined || Size === undefined) continue;
				const etag = unquoted(ETag ?? "");
				parts.set(PartNumber, { size: Size, etag, sha256: ChecksumSHA256 });
			}
			const next = page.NextPartNumberMarker;
			// A server that does not get on would be asked for ever.
			if (page.IsTruncated !== true || Number(next ?? 0) <= Number(after ?? 0))
				return parts;
			after = next;
		}
	}

	async ofKey(
		key: string,
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<readonly ListedUpload[]> {
		const { ListMultipartUploadsCommand } = await import("@aws-sdk/client-s3");
		const command = new ListMultipartUploadsCommand({
			Bucket: this.#location.bucket,
			// MinIO lists those of one key, and no others.
			Prefix: key,
		});
		const { Uploads = [] } = await tried(
			() => this.#client.send(command, { abortSignal: signal }),
			about,
			signal,
		);
		// Keys that are longer come after this one's, so what matters is on the first page.
		return Uploads.flatMap(({ Key, UploadId, Initiated }) =>
			Key === key && UploadId !== undefined
				? [{ uploadId: UploadId, initiated: Initiated?.getTime() }]
				: [],
		);
	}
}

/** A call, tried again, with the store's errors. */
function tried<T>(
	call: () => Promise<T>,
	about: StoreErrorOptions,
	signal: AbortSignal | undefined,
): Promise<T> {
	return retrying(async () => {
		signal?.throwIfAborted();
		try {
			return await call();
		} catch (error) {
			signal?.throwIfAborted();
			throw fromThrown(error, about);
		}
	}, signal);
}

/** What the registry's own s3 driver writes. Source: registry/storage/driver/s3-aws/s3.go, getContentType. */
export const CONTENT_TYPE = "application/octet-stream";
