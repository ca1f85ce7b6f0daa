import { environmentOf, type OpenOptions } from "../environment.ts";
import { Transport } from "../http/transport.ts";
import { findAccess, identityToken } from "./access.ts";
import { parseLocation, type RootPrefix } from "./location.ts";
import { Plane } from "./plane.ts";
import { detectRootPrefix } from "./root-prefix.ts";

/** Whether the names of a container's blobs begin with a "/": as its URL says, else as those that are there. */
export async function foundRootPrefix(
	url: URL,
	options: OpenOptions = {},
): Promise<RootPrefix> {
	const location = parseLocation(url);
	const { rootPrefix } = location;
	if (rootPrefix === "trimmed" || rootPrefix === "legacy") return rootPrefix;
	const environment = environmentOf(options);
	const transport = new Transport(environment, options.silenceMs);
	const fetchToken = identityToken(environment, transport);
	const access = findAccess(location, environment, fetchToken);
	await using plane = new Plane(access, location.container, transport);
	const about = { store: location.url, operation: "look at" };
	return await detectRootPrefix(plane, location, about, options.signal);
}
