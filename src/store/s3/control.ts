import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import type { Environment } from "../environment.ts";
import { Transport } from "../http/transport.ts";
import { addressOf, type BucketAddress } from "./address.ts";
import type { S3Location } from "./location.ts";
import { sdkRequests } from "./sdk-requests.ts";
import type { Credentials } from "./signer.ts";
import { UploadCalls } from "./upload-calls.ts";

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
	readonly uploads: UploadCalls;
	readonly #client: S3Client;

	private constructor(
		client: S3Client,
		location: S3Location,
		region: string,
		address: BucketAddress,
		transport: Transport,
	) {
		this.transport = transport;
		this.uploads = new UploadCalls(client, location);
		this.#client = client;
		this.region = region;
		this.address = address;
	}

	/**
	 * Rejects with a `StoreError` when the endpoint that is configured cannot be honoured. A key in the environment that
	 * is given goes before all that the SDK would find, and so does AWS_USE_FIPS_ENDPOINT.
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
			...(environment.AWS_USE_FIPS_ENDPOINT === "true"
				? { useFipsEndpoint: true }
				: {}),
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
