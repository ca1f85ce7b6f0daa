import { isCancellation, StoreError } from "../errors.ts";
import type { Call, ObjectStore } from "../object-store.ts";
import { retry, retrying } from "../retry.ts";
import { Control } from "./control.ts";
import { fromThrown } from "./errors.ts";
import { parseLocation } from "./location.ts";
import { Plane } from "./plane.ts";
import { S3Store } from "./s3-store.ts";

/** What S3-compatible servers call the one region that they have, unless they are told otherwise. */
const DEFAULT_REGION = "us-east-1";

/** Opens a bucket, having made sure that it exists and can be listed with the credentials at hand. */
export async function openS3(url: URL, call: Call = {}): Promise<ObjectStore> {
	const location = parseLocation(url);
	const about = { store: location.url, operation: "open" };
	const control = await Control.open(location);
	const region = (await control.region()) ?? DEFAULT_REGION;
	const plane = new Plane(
		await control.origin(region),
		region,
		location.bucket,
		() => control.credentials(),
	);
	const store = new S3Store(location, plane, control);
	try {
		const query = {
			"list-type": "2",
			"max-keys": "1",
			prefix: location.prefix,
		};
		const request = {
			method: "GET",
			key: "",
			query,
			signal: call.signal,
		} as const;
		await retrying(() => plane.request(request, about), call.signal, {
			retries: 2,
		});
		return retry(store);
	} catch (error) {
		await store[Symbol.asyncDispose]();
		if (isCancellation(error, call.signal)) throw error;
		const failure = fromThrown(error, about);
		const where =
			location.endpoint === undefined ? "" : ` at ${location.endpoint.host}`;
		throw new StoreError(failure.code, `${failure.reason}${where}`, {
			...about,
			cause: error,
			suggestions: failure.suggestions,
		});
	}
}
