import {
	type AzureLocation,
	parseLocation,
} from "../../store/azure/location.ts";
import type { ParameterValue } from "../settings.ts";
import { type AzureDialect, azureDialect } from "./azure-dialect.ts";
import { type AzureIdentity, azureIdentity } from "./azure-identity.ts";
import {
	type MakeSettings,
	parametersOf,
	type Refuse,
	redirectNotes,
	rootDirectory,
} from "./target.ts";

/** A container, as the Azure driver of a registry is told of it. */
export const azureSettings: MakeSettings = (
	target,
	product,
	options,
	refuse,
) => {
	const { url, environment } = target;
	const location = parseLocation(url);
	const identity = azureIdentity(location, environment, options, refuse);
	const realm = url.searchParams.get("realm") ?? undefined;
	const endpoint =
		options.endpoint ?? url.searchParams.get("endpoint") ?? undefined;
	const dialect = azureDialect(
		product,
		options.driver,
		identity.type !== "shared_key" || endpoint !== undefined,
		refuse,
	);
	refuseUnspeakable(location, endpoint, dialect, refuse);
	const notes: string[] = [];
	if (dialect.driver === "azure_v2" && product.version[0] < 19)
		notes.push(
			`The driver azure_v2 is a beta in GitLab ${product.version[0]}.`,
		);
	if (identity.type === "default_credentials")
		notes.push(
			"No key is written: the registry needs an identity of its machine that may read and write the container.",
		);
	notes.push(...redirectNotes(endpoint, options));
	const parameters = parametersOf({
		accountname: location.account,
		container: location.container,
		rootdirectory: rootDirectory(location.root),
		realm: endpoint === undefined ? realm : undefined,
		serviceurl: endpoint,
		...rootPrefixOf(location, dialect, refuse),
		...spelled(identity, dialect, refuse),
	});
	return { storage: { driver: dialect.driver, parameters }, notes };
};

/** What would leave the registry without its objects. */
function refuseUnspeakable(
	{ root, appendBelow }: AzureLocation,
	endpoint: string | undefined,
	dialect: AzureDialect,
	refuse: Refuse,
): void {
	if (root !== "" && !dialect.hasRootDirectory)
		throw refuse(
			"this registry's azure driver has no root directory: it looks for docker/ at the top of the container",
			"Sync to the container itself: az://ACCOUNT/CONTAINER?root-prefix=legacy.",
		);
	if (endpoint !== undefined && !dialect.hasServiceUrl)
		throw refuse(
			`this registry's ${dialect.driver} driver cannot be told of an endpoint`,
			"Name the cloud by its domain instead, as in realm=core.chinacloudapi.cn.",
		);
	if (dialect.needsAppendBlobs && appendBelow === 0)
		throw refuse(
			"this registry cannot move a tag whose link is a block blob (Distribution 3.0.0 to 3.1.1)",
			"Sync once more with append-blobs-below=136 in the URL, or move to Distribution 3.1.2 first.",
		);
}

/** Whether names begin with "/": said wherever it can be, since a registry that has it wrong sees no image at all. */
function rootPrefixOf(
	{ rootPrefix }: AzureLocation,
	{ rootPrefixes, saysRootPrefix }: AzureDialect,
	refuse: Refuse,
): Readonly<Record<string, ParameterValue>> {
	if (rootPrefix !== "trimmed" && rootPrefix !== "legacy")
		throw refuse(
			'the URL does not say whether names in the container begin with a "/"',
			"Add root-prefix=trimmed or root-prefix=legacy: as it is for sync.",
		);
	if (!rootPrefixes.includes(rootPrefix)) {
		const [only = "trimmed"] = rootPrefixes;
		throw refuse(
			rootPrefix === "legacy"
				? 'this registry\'s azure driver finds no blob whose name begins with a "/" (root-prefix=legacy)'
				: 'this registry\'s azure driver finds only blobs whose names begin with a "/"',
			`Sync to the container with root-prefix=${only}.`,
		);
	}
	if (!saysRootPrefix) return {};
	return rootPrefix === "legacy"
		? { legacyrootprefix: true }
		: { trimlegacyrootprefix: true };
}

/** The credentials, in the words of the driver. */
function spelled(
	identity: AzureIdentity,
	{ driver, identities, noDefaultCredentials }: AzureDialect,
	refuse: Refuse,
): Readonly<Record<string, ParameterValue>> {
	const { type } = identity;
	if (identities === undefined && type !== "shared_key")
		throw refuse(
			`this registry's ${driver} driver takes nothing but an account key`,
			"Set AZURE_STORAGE_KEY to the account's key, and choose credentials by keys.",
		);
	if (type === "default_credentials" && noDefaultCredentials !== undefined)
		throw refuse(
			`the registry cannot use an identity of its machine: ${noDefaultCredentials}`,
			"Give it the account's key (AZURE_STORAGE_KEY), or move to Distribution 3.1 first.",
		);
	const isNested = identities === "nested";
	switch (identity.type) {
		case "shared_key": {
			const accountkey = identity.key;
			if (identities === undefined) return { accountkey };
			return isNested
				? { accountkey, credentials: { type } }
				: { accountkey, credentials_type: type };
		}
		case "client_secret": {
			const { tenant, client, secret } = identity;
			return isNested
				? {
						credentials: { type, tenantid: tenant, clientid: client, secret },
					}
				: {
						credentials_type: type,
						tenant_id: tenant,
						client_id: client,
						secret,
					};
		}
		case "default_credentials":
			return isNested ? { credentials: { type } } : { credentials_type: type };
		default:
			return identity satisfies never;
	}
}
