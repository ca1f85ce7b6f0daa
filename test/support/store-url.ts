import { services } from "./services.ts";

/** The URL of a bucket on the run's S3 server, or of a prefix (`/pre/fix`) of it. */
export function storeUrl(bucket: string, prefix = ""): URL {
	const { endpoint, region } = services().s3;
	const url = new URL(`s3://${bucket}${prefix}`);
	url.searchParams.set("endpoint", endpoint);
	url.searchParams.set("region", region);
	return url;
}
