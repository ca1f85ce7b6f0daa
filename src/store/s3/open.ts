import { environmentOf, type OpenOptions } from "../environment.ts";
import { isCancellation, StoreError } from "../errors.ts";
import { reasonAt } from "../http/network-errors.ts";
import { Transport } from "../http/transport.ts";
import { limit } from "../limit.ts";
import type { ObjectStore } from "../object-store.ts";
import { retry, retrying, retryOptions } from "../retry.ts";
import { Control } from "./control.ts";
import { fromResponse, fromThrown, NO_CREDENTIALS } from "./errors.ts";
import { parseListing } from "./list-parser.ts";
import { parseLocation, type S3Location } from "./location.ts";
import { Plane } from "./plane.ts";
import { S3Store } from "./s3-store.ts";

interface OpenS3Options extends OpenOptions {
	/**
	 * How long looking at the bucket may take (ms); default 30,000: enough for a slow server and for another attempt,
	 * and no longer than somebody waits at a terminal before they look for the mistake elsewhere.
	 */
	readonly timeoutMs?: number | undefined;
}

/** Opens a bucket, having made sure that it exists and can be listed with the credentials at hand. */
export async function open(
	url: URL,
	options: OpenS3Options = {},
): Promise<ObjectStore> {
	const location = parseLocation(url);
	const control = await Control.open(
		location,
		options.environment,
		new Transport(environmentOf(options), options.silenceMs),
	);
	const plane = new Plane(
		control.address,
		control.region,
		() => control.credentials(),
		control.transport,
	);
	const store = openWith(location, plane, control, options);
	try {
		await look(plane, location, options);
		const { requestsPerSecond } = location;
		const own = limit(store, { requestsPerSecond });
		return retry(limit(own, options.limits), retryOptions(options));
	} catch (error) {
		await store[Symbol.asyncDispose]();
		if (isCancellation(error, options.signal)) throw error;
		const about = { store: location.url, operation: "open" };
		const failure = fromThrown(error, about);
		// Without credentials, no host has been asked for anything.
		const isAtHost = failure.reason !== NO_CREDENTIALS;
		const where = isAtHost
			? reasonAt(failure, new URL(plane.origin).host)
			: failure.reason;
		throw new StoreError(failure.code, where, {
			...about,
			cause: error,
			suggestions: failure.suggestions,
		});
	}
}

function openWith(
	location: S3Location,
	plane: Plane,
	control: Control,
	{ uploads }: OpenOptions,
): S3Store {
	try {
		return new S3Store(location, plane, control, uploads);
	} catch (error) {
		control.close();
		throw error;
	}
}

/** Lists one key, to meet at once whatever is wrong with endpoint, bucket, region or credentials. */
async function look(
	plane: Plane,
	{ url, prefix }: S3Location,
	{ signal, timeoutMs = 30_000 }: OpenS3Options,
): Promise<void> {
	const about = { store: url, operation: "open" };
	const deadline = AbortSignal.timeout(timeoutMs);
	const request = {
		method: "GET",
		key: "",
		query: { "list-type": "2", "max-keys": "1", prefix },
		signal:
			signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
	} as const;
	const { status, headers, body } = await retrying(
		() => plane.request(request, about, [404]),
		request.signal,
		{ retries: 2 },
	).catch((error: unknown) => {
		if (signal?.aborted || error !== deadline.reason) throw error;
		const reason = `it gave no answer within ${timeoutMs / 1000} seconds`;
		throw new StoreError("unavailable", reason, {
			...about,
			suggestions: [ENDPOINT_ADVICE],
		});
	});
	if (status === 404) {
		const { reason, suggestions } = fromResponse(
			status,
			headers,
			body.toString(),
			about,
		);
		throw new StoreError("not-found", reason, {
			...about,
			suggestions: suggestions.length > 0 ? suggestions : [ENDPOINT_ADVICE],
		});
	}
	try {
		parseListing(body.toString(), "");
	} catch (error) {
		const reason = "what answers there is not an S3 server";
		throw new StoreError("unsupported", reason, {
			...about,
			cause: error,
			suggestions: [ENDPOINT_ADVICE],
		});
	}
}

const ENDPOINT_ADVICE =
	"Check the endpoint: is it the S3 server's, and can this machine reach it?";
