import type { Environment } from "../../store/environment.ts";
import type { Parameters } from "../parameters.ts";
import { type StoreLocation, storeUrl } from "../store-location.ts";

/** What the credentials of an identity, or of nobody, must not be overridden by. */
const NO_SHARED_KEY: Environment = {
	AZURE_STORAGE_CONNECTION_STRING: undefined,
	AZURE_STORAGE_KEY: undefined,
	AZURE_STORAGE_SAS_TOKEN: undefined,
};

/** Azure's public cloud. Source: registry/storage/driver/azure/parser.go, defaultRealm. */
const PUBLIC_REALM = "core.windows.net";

/** The container that the `azure` and `azure_v2` drivers write in. */
export function azureLocation(parameters: Parameters): StoreLocation {
	if (parameters.flag("skipverify") === true)
		throw parameters.refuse(
			`${parameters.driver}.skipverify has no equivalent: the server must prove who it is`,
			"Trust its certificate authority: --ca-bundle FILE; and take skipverify out of a copy of the file, and name that.",
		);
	const container = parameters.required("container");
	const endpoint = parameters.text("serviceurl");
	const account = accountOf(parameters, endpoint);
	const realm = parameters.text("realm");
	if (!/^[$A-Za-z0-9-]+$/.test(container))
		throw parameters.refuse(
			`${parameters.driver}.container is not the name of a container`,
			"A path within the container belongs into rootdirectory.",
		);
	const options = {
		endpoint,
		realm: endpoint === undefined && realm !== PUBLIC_REALM ? realm : undefined,
		"root-prefix": rootPrefixOf(parameters),
	};
	const root = parameters.text("rootdirectory") ?? "";
	const place = `${account}/${container}`;
	return {
		url: storeUrl("az", place, root, options, parameters),
		environment: environmentOf(parameters, account),
	};
}

/** GitLab's driver needs no name where an identity signs in and the service's URL is given: then it is in that. */
function accountOf(
	parameters: Parameters,
	serviceUrl: string | undefined,
): string {
	const account = parameters.text("accountname");
	const inUrl = /^https?:\/\/([a-z0-9]+)\.blob\./.exec(serviceUrl ?? "");
	const found = account ?? inUrl?.[1] ?? parameters.required("accountname");
	if (/^[a-z0-9]{3,24}$/.test(found)) return found;
	throw parameters.refuse(
		`${parameters.driver}.accountname is not the name of a storage account (3 to 24 letters and digits, all in lower case)`,
	);
}

/**
 * Whether names begin with "/", by the first that applies:
 *
 * | the configuration has        | it is one of             | names                     |
 * | ---------------------------- | ------------------------ | ------------------------- |
 * | legacyrootprefix             | GitLab                   | as it says                |
 * | trimlegacyrootprefix         | GitLab                   | as it says                |
 * | both, and they contradict    | –                        | refused, as GitLab does   |
 * | credentials                  | Distribution 3           | without                   |
 * | azure_v2 as driver           | GitLab from 17.10        | without                   |
 * | nothing of that              | Distribution 2: with; GitLab before 16: with, since: without | as those that are there |
 */
function rootPrefixOf(parameters: Parameters): string {
	const isLegacy = parameters.flag("legacyrootprefix");
	const isTrimmed = parameters.flag("trimlegacyrootprefix");
	if (isLegacy !== undefined && isLegacy === isTrimmed)
		throw parameters.refuse(
			`${parameters.driver}.legacyrootprefix and trimlegacyrootprefix contradict each other`,
			"Leave one of them out.",
		);
	if (isLegacy !== undefined) return isLegacy ? "legacy" : "trimmed";
	if (isTrimmed !== undefined) return isTrimmed ? "trimmed" : "legacy";
	const isKnown =
		parameters.has("credentials") || parameters.driver === "azure_v2";
	return isKnown ? "trimmed" : "existing";
}

function environmentOf(parameters: Parameters, account: string): Environment {
	const nested = parameters.within("credentials");
	const type = nested?.text("type") ?? parameters.text("credentials_type");
	switch (type) {
		case undefined:
		case "shared_key":
			return sharedKey(parameters, account);
		case "client_secret":
			return nested === undefined
				? application(parameters, "tenant_id", "client_id")
				: application(nested, "tenantid", "clientid");
		case "default_credentials":
			return {};
		default:
			throw parameters.refuse(
				`${parameters.driver} has credentials of an unknown type`,
				"The types are shared_key, client_secret and default_credentials.",
			);
	}
}

function sharedKey(parameters: Parameters, account: string): Environment {
	const key = parameters.text("accountkey");
	if (key === undefined) return {};
	return {
		...NO_SHARED_KEY,
		AZURE_STORAGE_ACCOUNT: account,
		AZURE_STORAGE_KEY: key,
	};
}

function application(
	parameters: Parameters,
	tenant: string,
	client: string,
): Environment {
	return {
		...NO_SHARED_KEY,
		AZURE_TENANT_ID: parameters.required(tenant),
		AZURE_CLIENT_ID: parameters.required(client),
		AZURE_CLIENT_SECRET: parameters.required("secret"),
	};
}
