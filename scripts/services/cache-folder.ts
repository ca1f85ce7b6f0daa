import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The folder that keeps built servers and the state of `services start` between runs:
 * `$REGMIGRATE_SERVICES_CACHE`, else a folder of ours in the user's cache folder.
 */
export function cacheFolder(
	environment: NodeJS.ProcessEnv = process.env,
): string {
	const chosen = environment.REGMIGRATE_SERVICES_CACHE;
	if (chosen !== undefined && chosen !== "") return chosen;
	const userCache = environment.XDG_CACHE_HOME;
	const parent =
		userCache !== undefined && userCache !== ""
			? userCache
			: join(homedir(), ".cache");
	return join(parent, "regmigrate", "services");
}
