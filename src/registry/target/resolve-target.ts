import { parseConnectionString } from "../../store/azure/connection-string.ts";
import type { Environment } from "../../store/environment.ts";
import type { Call } from "../node.ts";
import type { Target } from "./target.ts";

/**
 * Says in a target's URL what stores find elsewhere, so that it says all that a registry is to be told: the region and
 * the endpoint that the environment or a profile has for S3; the key and the endpoint of a connection string; whether
 * names in a container of Azure begin with a "/", for which the container is looked at. Rejects with a `StoreError`.
 */
export async function resolveTarget(
	target: Target,
	call: Call = {},
): Promise<Target> {
	switch (target.url.protocol) {
		case "s3:":
			return await resolveS3(target);
		case "az:":
			return await resolveAzure(target, call);
		default:
			return target;
	}
}

async function resolveS3({ url, environment }: Target): Promise<Target> {
	if (url.searchParams.has("region") && url.searchParams.has("endpoint"))
		return { url, environment };
	const { ambientS3 } = await import("../../store/s3/ambient.ts");
	const { region, endpoint } = await ambientS3();
	return { url: withDefaults(url, { region, endpoint }), environment };
}

async function resolveAzure(
	{ url, environment }: Target,
	{ signal }: Call,
): Promise<Target> {
	const { foundRootPrefix } = await import(
		"../../store/azure/found-root-prefix.ts"
	);
	const rootPrefix = await foundRootPrefix(url, { environment, signal });
	const resolved = new URL(url);
	resolved.searchParams.set("root-prefix", rootPrefix);
	const text = environment.AZURE_STORAGE_CONNECTION_STRING;
	const { account, key, endpoint } = parseConnectionString(text ?? "");
	if (account !== url.hostname) return { url: resolved, environment };
	const named: Environment =
		key === undefined
			? {}
			: { AZURE_STORAGE_ACCOUNT: account, AZURE_STORAGE_KEY: key };
	return {
		url: url.searchParams.has("realm")
			? resolved
			: withDefaults(resolved, { endpoint }),
		environment: { ...environment, ...named },
	};
}

function withDefaults(
	url: URL,
	defaults: Readonly<Record<string, string | undefined>>,
): URL {
	const changed = new URL(url);
	for (const [name, value] of Object.entries(defaults))
		if (value !== undefined && !changed.searchParams.has(name))
			changed.searchParams.set(name, value);
	return changed;
}
