/** What the environment and AWS's own files say of S3, beside a store's URL. */
export interface AmbientS3 {
	readonly region: string | undefined;
	/** The URL of the server that all requests go to instead of AWS. */
	readonly endpoint: string | undefined;
}

/** Finds it as the AWS SDK does: AWS_REGION, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or the profile. */
export async function ambientS3(): Promise<AmbientS3> {
	const { S3Client } = await import("@aws-sdk/client-s3");
	const client = new S3Client({});
	try {
		const { config } = client;
		return {
			// The SDK rejects where no region is set anywhere.
			region: await config.region().catch(() => undefined),
			endpoint: await config.serviceConfiguredEndpoint?.(),
		};
	} finally {
		client.destroy();
	}
}
