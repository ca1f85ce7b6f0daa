import type { Environment } from "../environment.ts";
import { StoreError } from "../errors.ts";
import { Transport } from "../http/transport.ts";
import {
	type AccessToken,
	type Authorization,
	ByToken,
	byKey,
	bySignature,
} from "./authorization.ts";
import { parseConnectionString } from "./connection-string.ts";
import { TokenServerError } from "./errors.ts";
import { type AzureLocation, serviceUrl } from "./location.ts";

/** Where requests go, and what shows that they may. */
export interface Access {
	/** Scheme, host, port and path, without a trailing "/". */
	readonly serviceUrl: string;
	readonly authorization: Authorization;
}

/** Allows to do what the identity may, on every account and in every cloud. Source: Azure Storage documentation, "Authorize with Microsoft Entra ID". */
const SCOPE = "https://storage.azure.com/.default";

/**
 * Finds the service and the credentials: AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY or
 * AZURE_STORAGE_SAS_TOKEN, whichever is set first, else an identity of `DefaultAzureCredential`. What is another
 * account's is passed over, so that one environment can name the credentials of two: AZURE_STORAGE_ACCOUNT says whose
 * key and token those are. The names are the Azure CLI's. Source: `az storage --help`, "Storage Account Arguments".
 */
export function findAccess(
	location: AzureLocation,
	environment: Environment = process.env,
	fetchToken: () => Promise<AccessToken> = identityToken(environment),
): Access {
	const set = (name: string) =>
		environment[`AZURE_STORAGE_${name}`] || undefined;
	const publicCloud = `https://${location.account}.blob.core.windows.net`;
	const isOurs = [undefined, location.account].includes(set("ACCOUNT"));
	const text = set("CONNECTION_STRING");
	const connection =
		text === undefined ? undefined : parseConnectionString(text);
	const isMatch = connection?.account === location.account;
	const key = isMatch ? connection.key : undefined;
	const signature = isMatch ? connection.signature : undefined;
	if (isMatch && (key ?? signature) !== undefined) {
		const endpoint = location.endpoint ?? connection.endpoint;
		return access(
			location,
			endpoint === undefined ? publicCloud : serviceUrl(endpoint, location.url),
			{ key, signature },
		);
	}
	const service = location.endpoint ?? publicCloud;
	const secrets = isOurs
		? { key: set("KEY"), signature: set("SAS_TOKEN")?.replace(/^\?/, "") }
		: {};
	if ((secrets.key ?? secrets.signature) !== undefined)
		return access(location, service, secrets);
	if (connection !== undefined)
		throw unauthenticated(
			location,
			isMatch
				? "AZURE_STORAGE_CONNECTION_STRING has neither a key nor a shared access signature"
				: `AZURE_STORAGE_CONNECTION_STRING is of ${connection.account === undefined ? "no account" : `the account "${connection.account}"`}`,
			"Set the connection string of the account that the URL names, or unset it to use another kind of credentials.",
		);
	refuseInTheClear(location, service);
	return { serviceUrl: service, authorization: new ByToken(fetchToken) };
}

function access(
	location: AzureLocation,
	service: string,
	secrets: {
		readonly key?: string | undefined;
		readonly signature?: string | undefined;
	},
): Access {
	const { key, signature = "" } = secrets;
	if (key !== undefined) {
		if (!/^[A-Za-z0-9+/]+={0,2}$/.test(key) || key.length % 4 !== 0)
			throw unauthenticated(
				location,
				"the account's key is not base64",
				"Copy the whole key; it ends in ==.",
			);
		return { serviceUrl: service, authorization: byKey(location.account, key) };
	}
	if (!/(^|&)sig=./.test(signature) || /[\s#]/.test(signature))
		throw unauthenticated(
			location,
			"the shared access signature is not one",
			"Copy what comes after the question mark, with sig=.",
		);
	refuseInTheClear(location, service);
	return { serviceUrl: service, authorization: bySignature(signature) };
}

/** Who listens on the way could use a token or a shared access signature as we do. A key only signs. */
function refuseInTheClear(location: AzureLocation, service: string): void {
	const { protocol, hostname } = new URL(service);
	if (
		protocol === "https:" ||
		/^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/.test(hostname)
	)
		return;
	throw new StoreError(
		"unsupported",
		"a token would be sent over http, for all on the way to read",
		{
			store: location.url,
			operation: "open",
			suggestions: ["Write the endpoint with https."],
		},
	);
}

function unauthenticated(
	location: AzureLocation,
	reason: string,
	suggestion: string,
): StoreError {
	return new StoreError("unauthenticated", reason, {
		store: location.url,
		operation: "open",
		suggestions: [suggestion],
	});
}

/**
 * Tokens of the application whose secret the environment holds, else of the identity that Azure's own library finds. It
 * is loaded when it is needed, because that takes a while.
 */
export function identityToken(
	environment: Environment,
	transport: Transport = new Transport({}),
): () => Promise<AccessToken> {
	const {
		AZURE_TENANT_ID: tenant = "",
		AZURE_CLIENT_ID: client = "",
		AZURE_CLIENT_SECRET: secret = "",
	} = environment;
	const isApplication = tenant !== "" && client !== "" && secret !== "";
	let credential:
		| Promise<{ getToken(scope: string): Promise<AccessToken> }>
		| undefined;
	let failure: unknown;
	return async () => {
		credential ??= Promise.all([
			import("@azure/identity"),
			import("./identity-requests.ts"),
		]).then(
			([
				{ ClientSecretCredential, DefaultAzureCredential },
				{ identityRequests },
			]) => {
				const options = {
					httpClient: identityRequests(transport, (error) => {
						failure = error;
					}),
					// Never used; without one the library would read the environment's itself, and fail at what others take.
					proxyOptions: { host: "http://localhost", port: 9 },
				};
				return isApplication
					? new ClientSecretCredential(tenant, client, secret, options)
					: new DefaultAzureCredential(options);
			},
		);
		try {
			return await (await credential).getToken(SCOPE);
		} catch (error) {
			// Only this error of the library hides the network's. Others come of asking who is not there, as it must.
			const isHidden =
				error instanceof Error && error.message.includes("network_error");
			throw isHidden && failure instanceof Error
				? new TokenServerError(failure)
				: error;
		}
	};
}
