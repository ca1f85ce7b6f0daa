import { environmentOf, type OpenOptions } from "../environment.ts";
import { isCancellation, StoreError } from "../errors.ts";
import { reasonAt } from "../http/network-errors.ts";
import { Transport } from "../http/transport.ts";
import { limit } from "../limit.ts";
import type { ObjectStore } from "../object-store.ts";
import { retry, retryOptions } from "../retry.ts";
import { type Access, findAccess, identityToken } from "./access.ts";
import { AzureStore } from "./azure-store.ts";
import { fromThrown } from "./errors.ts";
import { type AzureLocation, parseLocation } from "./location.ts";
import { look } from "./look.ts";
import { Plane } from "./plane.ts";
import { detectRootPrefix, namePrefixOf } from "./root-prefix.ts";

/** Opens a container, having made sure that it exists and can be listed with the credentials at hand. */
export async function open(
	url: URL,
	options: OpenOptions = {},
): Promise<ObjectStore> {
	const location = parseLocation(url);
	const environment = environmentOf(options);
	const transport = new Transport(environment, options.silenceMs);
	const fetchToken = identityToken(environment, transport);
	const access = findAccess(location, environment, fetchToken);
	return await openAt(location, access, options, transport);
}

/** Opens a container where its service has been found. */
export async function openAt(
	location: AzureLocation,
	access: Access,
	options: OpenOptions = {},
	transport?: Transport,
): Promise<ObjectStore> {
	const { signal } = options;
	const plane = new Plane(access, location.container, transport);
	const about = { store: location.url, operation: "open" };
	try {
		const names = await look(plane, location, signal);
		const rootPrefix =
			location.rootPrefix === "trimmed" || location.rootPrefix === "legacy"
				? location.rootPrefix
				: await detectRootPrefix(plane, location, about, signal);
		const namePrefix = namePrefixOf(location.root, rootPrefix);
		const store = new AzureStore(location, namePrefix, names, plane);
		return retry(limit(store, options.limits), retryOptions(options));
	} catch (error) {
		await plane[Symbol.asyncDispose]();
		if (isCancellation(error, signal)) throw error;
		const failure = fromThrown(error, about);
		const where = reasonAt(failure, new URL(access.serviceUrl).host);
		throw new StoreError(failure.code, where, {
			...about,
			cause: error,
			suggestions: failure.suggestions,
		});
	}
}
