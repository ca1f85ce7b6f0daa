import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import type { Environment } from "../environment.ts";
import { Transport } from "../http/transport.ts";
import { addressOf, type BucketAddress } from "./address.ts";
import type { S3Location } from "./location.ts";
import { settingParameters } from "./object-settings.ts";
import { sdkRequests } from "./sdk-requests.ts";
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
	/** The URL's, that of the environment or the profile, or the default. */
	readonly region: string;
	/** Where requests go: to the URL's endpoint, that of AWS_ENDPOINT_URL or the profile, or AWS's. */
	readonly address: BucketAddress;
	/** How requests get there; it ends with the control. */
	readonly transport: Transport;
	readonly #client: S3Client;
	readonly #location: S3Location;

	private constructor(
		client: S3Client,
		location: S3Location,
		region: string,
		address: BucketAddress,
		transport: Transport,
	) {
		this.transport = transport;
		this.#client = client;
		this.#location = location;
		this.region = region;
		this.address = address;
	}

	/**
	 * Rejects with a `StoreError` when the endpoint that is configured cannot be honoured. A key in the environment that
	 * is given goes before all that the SDK would find.
	 */
	static async open(
		location: S3Location,
		environment: Environment = {},
		transport: Transport = new Transport({}),
	): Promise<Control> {
		const [{ S3Client }, { defaultProvider }] = await Promise.all([
			import("@aws-sdk/client-s3"),
			import("@aws-sdk/credential-provider-node"),
		]);
		const requestHandler = sdkRequests(transport);
		const config: S3ClientConfig = {
			useAccelerateEndpoint: location.accelerate,
			...(location.dualStack === undefined
				? {}
				: { useDualstackEndpoint: location.dualStack }),
			// Retries are the store's, so that they are counted and bounded in one place.
			maxAttempts: 1,
			requestHandler,
			// Some of the clients by which it gets credentials take over nothing from this one.
			credentialDefaultProvider: (init) =>
				defaultProvider({ ...init, clientConfig: { requestHandler } }),
			// Some compatibles refuse checksums that they do not know; ours are given by hand where they matter.
			requestChecksumCalculation: "WHEN_REQUIRED",
			responseChecksumValidation: "WHEN_REQUIRED",
			...(location.endpoint === undefined
				? {}
				: { endpoint: location.endpoint }),
			...staticCredentials(environment),
		};
		const region =
			location.region ??
			// The SDK rejects when no region is set anywhere, and so would each of its calls.
			(await new S3Client(config).config.region().catch(() => DEFAULT_REGION));
		const { config: found } = new S3Client({ ...config, region });
		const address = await addressOf(found, location, region);
		if (!location.verifiesServer) transport.leaveUnverified(address.origin);
		const forcePathStyle = address.path !== "";
		const client = new S3Client({ ...config, region, forcePathStyle });
		return new Control(client, location, region, address, transport);
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
	async abortUpload(
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

	close(): void {
		this.#client.destroy();
	}
}

/** The key that an environment holds, as the SDK wants it. */
function staticCredentials(
	environment: Environment,
): Pick<S3ClientConfig, "credentials"> {
	const {
		AWS_ACCESS_KEY_ID: accessKeyId,
		AWS_SECRET_ACCESS_KEY: secretAccessKey,
		AWS_SESSION_TOKEN: sessionToken,
	} = environment;
	if (accessKeyId === undefined || secretAccessKey === undefined) return {};
	return {
		credentials: {
			accessKeyId,
			secretAccessKey,
			...(sessionToken === undefined ? {} : { sessionToken }),
		},
	};
}

/** What S3-compatible servers call the one region that they have, unless they are told otherwise. */
const DEFAULT_REGION = "us-east-1";

/** What the registry's own s3 driver writes. Source: registry/storage/driver/s3-aws/s3.go, getContentType. */
export const CONTENT_TYPE = "application/octet-stream";
