import { pathToFileURL } from "node:url";
import type { Parameters } from "../parameters.ts";
import type { StoreLocation } from "../store-location.ts";

/** Where the driver writes when it is told nothing. Source: registry/storage/driver/filesystem/driver.go. */
const DEFAULT_ROOT = "/var/lib/registry";

/** The directory that the `filesystem` driver writes in. */
export function filesystemLocation(parameters: Parameters): StoreLocation {
	const root = parameters.path("rootdirectory");
	// Empty, it would be the root directory of the machine, or one called "<nil>".
	if (root === undefined && parameters.has("rootdirectory"))
		throw parameters.refuse(`${parameters.driver}.rootdirectory is empty`);
	return { url: pathToFileURL(root ?? DEFAULT_ROOT), environment: {} };
}
