import { isCancellation, StoreError } from "../errors.ts";
import type { Call, ObjectStore } from "../object-store.ts";
import { retry, retrying } from "../retry.ts";
import { Control } from "./control.ts";
import { fromResponse, fromThrown } from "./errors.ts";
import { parseListing } from "./list-parser.ts";
import { parseLocation, type S3Location } from "./location.ts";
import { Plane } from "./plane.ts";
import { S3Store } from "./s3-store.ts";

/** Opens a bucket, having made sure that it exists and can be listed with the credentials at hand. */
export async function openS3(url: URL, call: Call = {}): Promise<ObjectStore> {
	const location = parseLocation(url);
	const control = await Control.open(location);
	const { origin, region } = control;
	const plane = new Plane(origin, region, location.bucket, () =>
		control.credentials(),
	);
	const store = new S3Store(location, plane, control);
	try {
		await look(plane, location, call.signal);
		return retry(store);
	} catch (error) {
		await store[Symbol.asyncDispose]();
		if (isCancellation(error, call.signal)) throw error;
		const about = { store: location.url, operation: "open" };
		const failure = fromThrown(error, about);
		const where = `${failure.reason} at ${new URL(origin).host}`;
		throw new StoreError(failure.code, where, {
			...about,
			cause: error,
			suggestions: failure.suggestions,
		});
	}
}

/** Lists one key, to meet at once whatever is wrong with endpoint, bucket, region or credentials. */
async function look(
	plane: Plane,
	{ url, prefix }: S3Location,
	signal: AbortSignal | undefined,
): Promise<void> {
	const about = { store: url, operation: "open" };
	const query = { "list-type": "2", "max-keys": "1", prefix };
	const request = { method: "GET", key: "", query, signal } as const;
	const { status, headers, body } = await retrying(
		() => plane.request(request, about, [404]),
		signal,
		{ retries: 2 },
	);
	if (status === 404) {
		const { reason, suggestions } = fromResponse(
			status,
			headers,
			body.toString(),
			about,
		);
		throw new StoreError("not-found", reason, { ...about, suggestions });
	}
	try {
		parseListing(body.toString(), "");
	} catch (error) {
		const reason = "what answers there is not an S3 server";
		throw new StoreError("unsupported", reason, {
			...about,
			cause: error,
			suggestions: ["Check the endpoint."],
		});
	}
}
