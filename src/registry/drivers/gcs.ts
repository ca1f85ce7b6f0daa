import type { Environment } from "../../store/environment.ts";
import type { Parameters } from "../parameters.ts";
import { type StoreLocation, storeUrl } from "../store-location.ts";

/** The bucket that the `gcs` driver writes in. */
export function gcsLocation(parameters: Parameters): StoreLocation {
	const bucket = parameters.required("bucket");
	if (!/^[a-z0-9][a-z0-9._-]{1,221}$/.test(bucket))
		throw parameters.refuse(
			`${parameters.driver}.bucket is not the name of a bucket`,
			"A path within the bucket belongs into rootdirectory.",
		);
	const root = parameters.text("rootdirectory") ?? "";
	const options = { "chunk-size": parameters.integer("chunksize") };
	return {
		url: storeUrl("gs", bucket, root, options, parameters),
		environment: environmentOf(parameters),
	};
}

/** As for the driver, a key file goes before credentials in the configuration itself. */
function environmentOf(parameters: Parameters): Environment {
	const file = parameters.path("keyfile");
	if (file !== undefined) return { GOOGLE_APPLICATION_CREDENTIALS: file };
	const credentials = parameters.within("credentials");
	if (credentials === undefined) return {};
	if (credentials.text("type") !== "service_account")
		throw parameters.refuse(
			`${credentials.driver} are not those of a service account, which alone the driver takes`,
			"Copy the whole key, with type: service_account.",
		);
	const key = Object.fromEntries(
		credentials.names.map((name) => [name, credentials.text(name)]),
	);
	return { GOOGLE_CREDENTIALS: JSON.stringify(key) };
}
