/** What a connection string says of blobs. */
export interface ConnectionString {
	/** `undefined` when it names none. */
	readonly account: string | undefined;
	/** In base64. A secret. */
	readonly key: string | undefined;
	/** A shared access signature. A secret. */
	readonly signature: string | undefined;
	/** The URL of the blob service, where it names one. */
	readonly endpoint: string | undefined;
}

/**
 * Reads a connection string: `NAME=VALUE;…`. Names are told apart without regard to case, values may hold "=".
 * Source: Azure Storage documentation, "Configure Azure Storage connection strings".
 */
export function parseConnectionString(text: string): ConnectionString {
	const settings = new Map<string, string>();
	for (const setting of text.split(";")) {
		const at = setting.indexOf("=");
		if (at > 0)
			settings.set(
				setting.slice(0, at).trim().toLowerCase(),
				setting.slice(at + 1).trim(),
			);
	}
	const of = (name: string) => settings.get(name) || undefined;
	const blobEndpoint = of("blobendpoint");
	const name = of("accountname");
	const suffix = of("endpointsuffix");
	const scheme = of("defaultendpointsprotocol") ?? "https";
	return {
		account: name ?? accountIn(blobEndpoint),
		key: of("accountkey"),
		signature: of("sharedaccesssignature")?.replace(/^\?/, ""),
		endpoint:
			blobEndpoint ??
			(name === undefined || suffix === undefined
				? undefined
				: `${scheme}://${name}.blob.${suffix}`),
	};
}

/** The account that a service's URL is of: the first label of its host, or the first segment of its path after an address. */
function accountIn(endpoint: string | undefined): string | undefined {
	const url = endpoint === undefined ? null : URL.parse(endpoint);
	if (url === null) return undefined;
	const [, first = ""] = url.pathname.split("/");
	return first === "" ? url.hostname.split(".")[0] : first;
}
