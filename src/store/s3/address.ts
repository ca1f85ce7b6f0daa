import type { S3Client } from "@aws-sdk/client-s3";
import { encodePath } from "../http/percent-encoding.ts";
import { refusing } from "../store-url.ts";
import { messageOf } from "../thrown.ts";
import { refuseAddress, type S3Location, wholeOrigin } from "./location.ts";

/**
 * How requests reach a bucket. AWS's own endpoints have the bucket in their host name, as AWS wants it, but for names
 * that its certificates do not cover; other servers have it in the path, which works without a name server's help.
 */
export interface BucketAddress {
	/** Scheme, host and port. */
	readonly origin: string;
	/** What comes before "/KEY", encoded: "" where the host names the bucket. */
	readonly path: string;
	/** The same for every way to a bucket; ends in "/". */
	readonly identity: string;
}

/** As the SDK itself finds it: it knows AWS's partitions, and FIPS, dual-stack and accelerated endpoints. */
export async function addressOf(
	config: S3Client["config"],
	location: S3Location,
	region: string,
): Promise<BucketAddress> {
	const { url, bucket, accelerate } = location;
	const configured =
		location.endpoint ?? (await config.serviceConfiguredEndpoint?.());
	const endpoint = configured && wholeOrigin(configured, location);
	refuseAddress({ ...location, endpoint }, refusing(url));
	const parameters = {
		Bucket: bucket,
		Region: region,
		ForcePathStyle: location.pathStyle ?? endpoint !== undefined,
		...(endpoint === undefined
			? {
					Accelerate: accelerate,
					UseFIPS: await config.useFipsEndpoint(),
					UseDualStack: await config.useDualstackEndpoint(),
				}
			: { Endpoint: endpoint }),
	};
	try {
		const { origin, pathname } = config.endpointProvider(parameters).url;
		const service = endpoint ?? plainOrigin(config, region);
		return {
			origin,
			path: pathname === "/" ? "" : `/${encodePath(bucket)}`,
			identity: `${service}/${bucket}/`,
		};
	} catch (error) {
		// What it says is a sentence about the options; it was given no secret.
		const reason = messageOf(error);
		throw refusing(url)(
			`there is no such endpoint: ${reason}`,
			"Check the region, and the options accelerate and dual-stack.",
		);
	}
}

/** The service's origin in a region, whatever way the requests take. */
function plainOrigin(
	{ endpointProvider }: S3Client["config"],
	region: string,
): string {
	return endpointProvider({ Region: region }).url.origin;
}
