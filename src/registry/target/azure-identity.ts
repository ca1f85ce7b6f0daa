import type { AzureLocation } from "../../store/azure/location.ts";
import type { Environment } from "../../store/environment.ts";
import type { Refuse, TargetOptions } from "./target.ts";

/** As whom a registry signs in to Azure. Secrets inside (I7). */
export type AzureIdentity =
	| { readonly type: "shared_key"; readonly key: string }
	| {
			readonly type: "client_secret";
			readonly tenant: string;
			readonly client: string;
			readonly secret: string;
	  }
	| { readonly type: "default_credentials" };

/**
 * Finds it in a target's environment:
 *
 * | credentials | account key | application | shared access signature | it signs in with |
 * | ----------- | ----------- | ----------- | ----------------------- | ---------------- |
 * | role        | –           | –           | –                       | what its machine has |
 * | keys        | some        | –           | –                       | the account key  |
 * | keys        | none        | some        | –                       | the application's secret |
 * | keys        | none        | none        | some                    | refused: no driver takes one |
 * | keys        | none        | none        | none                    | refused          |
 *
 * A key of another account counts as none, as for the store.
 */
export function azureIdentity(
	{ account }: AzureLocation,
	environment: Environment,
	{ credentials }: TargetOptions,
	refuse: Refuse,
): AzureIdentity {
	if (credentials === "role") return { type: "default_credentials" };
	const isOurs = [undefined, "", account].includes(
		environment.AZURE_STORAGE_ACCOUNT,
	);
	const key = isOurs ? environment.AZURE_STORAGE_KEY : undefined;
	if (key) return { type: "shared_key", key };
	const {
		AZURE_TENANT_ID: tenant,
		AZURE_CLIENT_ID: client,
		AZURE_CLIENT_SECRET: secret,
		AZURE_STORAGE_SAS_TOKEN: signature,
	} = environment;
	if (tenant && client && secret)
		return { type: "client_secret", tenant, client, secret };
	throw refuse(
		signature
			? "a registry's driver takes no shared access signature"
			: "there is no key that the registry could be given",
		"Set AZURE_STORAGE_KEY, or AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or choose credentials by role.",
	);
}
