import type { S3Client } from "@aws-sdk/client-s3";
import type { S3Location } from "./location.ts";
import { settingParameters } from "./object-settings.ts";

/** A part of a multipart upload that has arrived. */
export interface UploadedPart {
	/** From 1. */
	readonly number: number;
	readonly etag: string;
	/** SHA-256 of the part, in base64. */
	readonly sha256: string;
}

/** The calls that begin and end multipart uploads, made by the AWS SDK. They reject with the SDK's errors. */
export class UploadCalls {
	readonly #client: S3Client;
	readonly #location: S3Location;

	/** Closing the client is the caller's. */
	constructor(client: S3Client, location: S3Location) {
		this.#client = client;
		this.#location = location;
	}

	/** Begins a multipart upload whose parts carry SHA-256 checksums. Resolves to its id. */
	async create(key: string): Promise<string> {
		const { CreateMultipartUploadCommand } = await import("@aws-sdk/client-s3");
		const { UploadId } = await this.#client.send(
			new CreateMultipartUploadCommand({
				Bucket: this.#location.bucket,
				Key: key,
				ContentType: CONTENT_TYPE,
				ChecksumAlgorithm: "SHA256",
				...settingParameters(this.#location.objects),
			}),
		);
		if (UploadId === undefined)
			throw new Error("the server began an upload without naming it");
		return UploadId;
	}

	/** Turns the parts into the object. */
	async complete(
		key: string,
		uploadId: string,
		parts: readonly UploadedPart[],
	): Promise<void> {
		const { CompleteMultipartUploadCommand } = await import(
			"@aws-sdk/client-s3"
		);
		await this.#client.send(
			new CompleteMultipartUploadCommand({
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
			}),
		);
	}

	/** Gives an upload up, and with it its parts. */
	async abort(
		key: string,
		uploadId: string,
		signal: AbortSignal,
	): Promise<void> {
		const { AbortMultipartUploadCommand } = await import("@aws-sdk/client-s3");
		await this.#client.send(
			new AbortMultipartUploadCommand({
				Bucket: this.#location.bucket,
				Key: key,
				UploadId: uploadId,
			}),
			{ abortSignal: signal },
		);
	}
}

/** What the registry's own s3 driver writes. Source: registry/storage/driver/s3-aws/s3.go, getContentType. */
export const CONTENT_TYPE = "application/octet-stream";
