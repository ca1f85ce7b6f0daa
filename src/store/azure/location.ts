import { decodedPath, optionsOf, type Refuse, refusing } from "../store-url.ts";

/**
 * How the names of blobs begin: `trimmed` without a "/", `legacy` with one. Source: the registry's azure drivers,
 * `trimlegacyrootprefix` and `legacyrootprefix`.
 */
export type RootPrefix = "trimmed" | "legacy";

/** Where in Azure Blob Storage a store is: what its URL says. */
export interface AzureLocation {
	/** As `ObjectStore.url`: without options. */
	readonly url: string;
	readonly account: string;
	readonly container: string;
	/** The driver's root directory, without leading and trailing "/". */
	readonly root: string;
	/** The URL of the service, without a trailing "/"; `undefined` for what the credentials name, or Azure's public cloud. */
	readonly endpoint: string | undefined;
	/** `existing`: as what is there already, and that must be something; `undefined`: an empty place is trimmed. */
	readonly rootPrefix: RootPrefix | "existing" | undefined;
	/** Objects of fewer bytes are written as append blobs. */
	readonly appendBelow: number;
}

const OPTIONS = ["endpoint", "realm", "root-prefix", "append-blobs-below"];

/** Parameters of a shared access signature. Source: Azure Storage documentation, "Create an account SAS". */
const SAS_PARAMETER = /^(sig|sv|se|sp|ss|srt|sr|st|spr|sip|skoid|sktid)$/;

/** Most bytes that one Append Block call takes. Source: Azure Storage documentation, "Append Block", before 2022-11-02. */
const MAX_APPEND_BYTES = 4 * 1024 * 1024;

/**
 * Reads `az://ACCOUNT/CONTAINER/PREFIX?endpoint=…&realm=…&root-prefix=…&append-blobs-below=…`. Throws a `StoreError`
 * `unsupported` on anything that cannot be honoured. The prefix is normalised as the registry's azure drivers do it: no
 * leading or trailing "/".
 */
export function parseLocation(url: URL): AzureLocation {
	const account = url.hostname;
	const [, container = "", ...rest] = url.pathname.split("/");
	const root = decodedPath(rest.join("/"))?.replaceAll(/^\/+|\/+$/g, "");
	const shownRoot = root === "" ? "" : `/${root ?? "…"}`;
	const hasCredentials = url.username !== "" || url.password !== "";
	const shown = `az://${account}/${container}${shownRoot}`;
	const refuse = refusing(shown);
	if (hasCredentials) throw refuse(SECRET_IN_URL, USE_ENVIRONMENT);
	if (account === "" || container === "")
		throw refuse(
			`the URL names no ${account === "" ? "account" : "container"}`,
			"Write az://ACCOUNT/CONTAINER or az://ACCOUNT/CONTAINER/PREFIX.",
		);
	if (!/^[a-z0-9]{3,24}$/.test(account) || url.port !== "") {
		throw refuse(
			"the URL does not begin with the name of a storage account (3 to 24 letters and digits, all in lower case)",
			"Write az://ACCOUNT/CONTAINER/PREFIX, and name another server in an option: endpoint=https://HOST:PORT/PATH.",
		);
	}
	if (!CONTAINER.test(container))
		throw refuse(
			"the container's name cannot be one (3 to 63 letters, digits and single hyphens, all in lower case)",
		);
	if (root === undefined)
		throw refuse('the prefix is not percent-encoded; write "%" as %25');
	if (url.hash !== "")
		throw refuse('the URL has a "#"', 'Write "#" in a prefix as %23.');
	for (const name of url.searchParams.keys())
		if (SAS_PARAMETER.test(name)) throw refuse(SECRET_IN_URL, USE_ENVIRONMENT);
	const option = optionsOf(url, OPTIONS, refuse);
	const endpoint = option("endpoint");
	const realm = option("realm");
	if (endpoint !== undefined && realm !== undefined)
		throw refuse("the options endpoint and realm exclude each other");
	return {
		url: shown,
		account,
		container,
		root,
		endpoint:
			realm === undefined
				? endpoint && serviceUrl(endpoint, shown)
				: ofRealm(account, realm, refuse),
		rootPrefix: rootPrefixOf(option("root-prefix"), refuse),
		appendBelow: bytesOf(option("append-blobs-below"), refuse),
	};
}

const SECRET_IN_URL =
	"the URL holds credentials, which would end up in logs and process lists";

const USE_ENVIRONMENT =
	"Set AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_CONNECTION_STRING, or log in with az login.";

const CONTAINER =
	/^(?:\$root|\$web|\$logs|(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*)$/;

/**
 * The URL of a service that a text names, without a trailing "/". Throws a `StoreError` `unsupported` on anything that
 * has more than a scheme, a host, a port and a path.
 */
export function serviceUrl(text: string, store: string): string {
	const url = URL.parse(text);
	// The text is not shown: it may hold credentials (I7).
	if (url === null || !/^https?:$/.test(url.protocol)) {
		throw refusing(store)(
			"the endpoint is not the URL of a service",
			"Write it with its scheme: https://HOST:PORT or, where the account is part of the path, https://HOST:PORT/ACCOUNT.",
		);
	}
	if (url.username !== "" || url.password !== "" || url.search !== "")
		throw refusing(store)(
			"the endpoint has more than a scheme, a host, a port and a path",
			USE_ENVIRONMENT,
		);
	return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/** Source: registry/storage/driver/azure/parser.go, NewParameters. */
function ofRealm(account: string, realm: string, refuse: Refuse): string {
	if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(realm))
		throw refuse(
			"the realm is not the name of a domain",
			"Write it as in the registry's configuration: realm=core.chinacloudapi.cn.",
		);
	if (realm.startsWith("blob."))
		throw refuse(
			'the realm begins with "blob.", which is put before it',
			`Write realm=${realm.slice("blob.".length)}.`,
		);
	return `https://${account}.blob.${realm}`;
}

function rootPrefixOf(
	text: string | undefined,
	refuse: Refuse,
): AzureLocation["rootPrefix"] {
	switch (text) {
		case undefined:
		case "trimmed":
		case "legacy":
		case "existing":
			return text;
	}
	throw refuse(
		"the option root-prefix has another value than trimmed, legacy or existing",
		"Write root-prefix=legacy when the names of the registry's blobs begin with a slash, else root-prefix=trimmed.",
	);
}

function bytesOf(text: string | undefined, refuse: Refuse): number {
	if (text === undefined) return 0;
	const bytes = Number(text);
	if (/^\d+$/.test(text) && bytes <= MAX_APPEND_BYTES) return bytes;
	throw refuse(
		`the option append-blobs-below is no number of bytes up to ${MAX_APPEND_BYTES}`,
		"Write append-blobs-below=1024 to write a registry's links as append blobs.",
	);
}
