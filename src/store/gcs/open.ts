import { environmentOf, type OpenOptions } from "../environment.ts";
import { isCancellation, StoreError } from "../errors.ts";
import { reasonAt } from "../http/network-errors.ts";
import { Transport } from "../http/transport.ts";
import { limit } from "../limit.ts";
import type { ObjectStore } from "../object-store.ts";
import { retry, retrying, retryOptions } from "../retry.ts";
import type { UploadLog } from "../upload-log.ts";
import { openAccess } from "./access.ts";
import { fromThrown } from "./errors.ts";
import { GcsStore } from "./gcs-store.ts";
import { type GcsLocation, parseLocation } from "./location.ts";
import { BucketPaths } from "./paths.ts";
import { Plane } from "./plane.ts";
import { LIST_FIELDS, parseListing } from "./resource.ts";

/** Opens a bucket, having made sure that it exists and can be listed with the credentials at hand. */
export async function open(
	url: URL,
	options: OpenOptions = {},
): Promise<ObjectStore> {
	const { signal, uploads, limits } = options;
	const location = parseLocation(url);
	const transport = new Transport(environmentOf(options), options.silenceMs);
	const access = await openAccess(location, options.environment, transport);
	const plane = new Plane(access, transport);
	const store = await openWith(location, plane, uploads);
	try {
		await look(plane, location, signal);
		return retry(limit(store, limits), retryOptions(options));
	} catch (error) {
		await store[Symbol.asyncDispose]();
		if (isCancellation(error, signal)) throw error;
		const about = { store: location.url, operation: "open" };
		const failure = fromThrown(error, about);
		const { code, suggestions } = failure;
		const where = reasonAt(failure, new URL(plane.origin).host);
		throw new StoreError(code, where, { ...about, cause: error, suggestions });
	}
}

async function openWith(
	location: GcsLocation,
	plane: Plane,
	uploads: UploadLog | undefined,
): Promise<GcsStore> {
	try {
		return new GcsStore(location, plane, uploads);
	} catch (error) {
		await plane[Symbol.asyncDispose]();
		throw error;
	}
}

/** Lists one key, to meet at once whatever is wrong with endpoint, bucket or credentials. */
async function look(
	plane: Plane,
	location: GcsLocation,
	signal: AbortSignal | undefined,
): Promise<void> {
	const { url, prefix } = location;
	const about = { store: url, operation: "open" };
	const path = new BucketPaths(location).list({
		maxResults: "1",
		fields: LIST_FIELDS,
		prefix,
	});
	const { status, body } = await retrying(
		() =>
			plane.request({ method: "GET", path, headers: {}, signal }, about, [404]),
		signal,
		{ retries: 2 },
	);
	if (status === 404)
		throw new StoreError("not-found", "the bucket does not exist", {
			...about,
			suggestions: [
				"Check the bucket's name in the URL, or create the bucket first.",
			],
		});
	try {
		parseListing(body.toString(), "");
	} catch (error) {
		const reason = "what answers there is not Google Cloud Storage";
		throw new StoreError("unsupported", reason, {
			...about,
			cause: error,
			suggestions: ["Check the endpoint."],
		});
	}
}
