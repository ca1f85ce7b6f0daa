import type { S3Connection } from "../../scripts/services/s3-connection.ts";
import { services } from "./services.ts";

/** The URL of a bucket on the run's S3 server, or on another, or of a prefix (`/pre/fix`) of it. */
export function storeUrl(
	bucket: string,
	prefix = "",
	{ endpoint, region }: S3Connection = services().s3,
): URL {
	const url = new URL(`s3://${bucket}${prefix}`);
	url.searchParams.set("endpoint", endpoint);
	url.searchParams.set("region", region);
	return url;
}
