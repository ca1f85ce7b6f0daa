import type { S3Client } from "@aws-sdk/client-s3";
import type { S3Location } from "./location.ts";
import type { Credentials } from "./signer.ts";

/** A part of a multipart upload that has arrived. */
export interface UploadedPart {
	/** From 1. */
	readonly number: number;
	readonly etag: string;
	/** SHA-256 of the part, in base64. */
	readonly sha256: string;
}

/**
 * The rare calls, made by the AWS SDK: whatever it knows about credentials, regions and profiles holds for us too. It
 * is loaded only when a store is opened, because loading it takes longer than many a command.
 */
export class Control {
	readonly #client: S3Client;
	readonly #bucket: string;

	private constructor(client: S3Client, bucket: string) {
		this.#client = client;
		this.#bucket = bucket;
	}

	static async open(location: S3Location): Promise<Control> {
		const { S3Client } = await import("@aws-sdk/client-s3");
		const client = new S3Client({
			forcePathStyle: true,
			// Retries are the store's, so that they are counted and bounded in one place.
			maxAttempts: 1,
			// Some compatibles refuse checksums that they do not know; ours are given by hand where they matter.
			requestChecksumCalculation: "WHEN_REQUIRED",
			responseChecksumValidation: "WHEN_REQUIRED",
			...(location.endpoint === undefined
				? {}
				: { endpoint: location.endpoint.origin }),
			...(location.region === undefined ? {} : { region: location.region }),
		});
		return new Control(client, location.bucket);
	}

	/** The region of the URL, the environment or the profile; `undefined` when none of them names one. */
	async region(): Promise<string | undefined> {
		try {
			return await this.#client.config.region();
		} catch {
			// The SDK throws when no region is set anywhere; what then holds is the store's decision.
			return undefined;
		}
	}

	/** The origin that requests go to: the URL's, that of AWS_ENDPOINT_URL or the profile, or AWS's. */
	async origin(region: string): Promise<string> {
		const { endpoint, serviceConfiguredEndpoint } = this.#client.config;
		const configured = await serviceConfiguredEndpoint?.();
		if (endpoint === undefined) {
			return configured === undefined
				? `https://s3.${region}.amazonaws.com`
				: new URL(configured).origin;
		}
		const { protocol, hostname, port } = await endpoint();
		return `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}`;
	}

	/** Credentials of the SDK's own chain, refreshed by it before they expire. */
	credentials(): Promise<Credentials> {
		return this.#client.config.credentials();
	}

	/** Begins a multipart upload whose parts carry SHA-256 checksums. Resolves to its id. */
	async createUpload(key: string): Promise<string> {
		const { CreateMultipartUploadCommand } = await import("@aws-sdk/client-s3");
		const { UploadId } = await this.#client.send(
			new CreateMultipartUploadCommand({
				Bucket: this.#bucket,
				Key: key,
				ContentType: CONTENT_TYPE,
				ChecksumAlgorithm: "SHA256",
			}),
		);
		if (UploadId === undefined)
			throw new Error("the server began an upload without naming it");
		return UploadId;
	}

	/** Turns the parts into the object. */
	async completeUpload(
		key: string,
		uploadId: string,
		parts: readonly UploadedPart[],
	): Promise<void> {
		const { CompleteMultipartUploadCommand } = await import(
			"@aws-sdk/client-s3"
		);
		await this.#client.send(
			new CompleteMultipartUploadCommand({
				Bucket: this.#bucket,
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
	async abortUpload(key: string, uploadId: string): Promise<void> {
		const { AbortMultipartUploadCommand } = await import("@aws-sdk/client-s3");
		await this.#client.send(
			new AbortMultipartUploadCommand({
				Bucket: this.#bucket,
				Key: key,
				UploadId: uploadId,
			}),
		);
	}

	/** Deletes at most 1,000 objects. Resolves to what could not be deleted. */
	async deleteObjects(
		keys: readonly string[],
	): Promise<readonly { key: string; code: string; message: string }[]> {
		const { DeleteObjectsCommand } = await import("@aws-sdk/client-s3");
		const { Errors = [] } = await this.#client.send(
			new DeleteObjectsCommand({
				Bucket: this.#bucket,
				Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true },
				ChecksumAlgorithm: "SHA256",
			}),
		);
		return Errors.map(({ Key = "", Code = "", Message = "" }) => ({
			key: Key,
			code: Code,
			message: Message,
		}));
	}

	close(): void {
		this.#client.destroy();
	}
}

/** What the registry's own s3 driver writes. Source: registry/storage/driver/s3-aws/s3.go, getContentType. */
export const CONTENT_TYPE = "application/octet-stream";
