import { StoreError } from "../errors.ts";

/** Where in S3 a store is: what its URL says. */
export interface S3Location {
	/** As `ObjectStore.url`: without options. */
	readonly url: string;
	readonly bucket: string;
	/** "" or ending in "/". */
	readonly prefix: string;
	readonly region: string | undefined;
	/** Origin of an S3-compatible server; `undefined` for AWS. */
	readonly endpoint: URL | undefined;
}

const OPTIONS = ["region", "endpoint", "path-style"];

/**
 * Reads `s3://bucket/prefix?region=…&endpoint=…&path-style=true`. Throws a `StoreError` `unsupported` on anything that
 * cannot be honoured. The prefix is normalised as the registry's s3 driver does it: no leading or trailing "/".
 */
export function parseLocation(url: URL): S3Location {
	const bucket = url.hostname;
	const root = decodeURIComponent(url.pathname).replaceAll(/^\/+|\/+$/g, "");
	const shown = `s3://${bucket}${root === "" ? "" : `/${root}`}`;
	const refuse = (reason: string, suggestion?: string) =>
		new StoreError("unsupported", reason, {
			store: shown,
			operation: "open",
			suggestions: suggestion === undefined ? [] : [suggestion],
		});
	if (bucket === "")
		throw refuse(
			"the URL names no bucket",
			"Write s3://BUCKET or s3://BUCKET/PREFIX.",
		);
	if (url.username !== "" || url.password !== "") {
		throw refuse(
			"the URL holds credentials, which would end up in logs and process lists",
			"Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile in AWS_PROFILE.",
		);
	}
	if (bucket.endsWith("--x-s3")) {
		throw refuse(
			"an S3 Express directory bucket does not list its keys in order, which a registry needs",
		);
	}
	for (const name of url.searchParams.keys()) {
		if (!OPTIONS.includes(name))
			throw refuse(
				`the option "${name}" is not known`,
				`Known options: ${OPTIONS.join(", ")}.`,
			);
	}
	const style = url.searchParams.get("path-style") ?? "true";
	if (style !== "true")
		throw refuse(
			"only path-style requests are supported yet",
			"Leave the option path-style out.",
		);
	return {
		url: shown,
		bucket,
		prefix: root === "" ? "" : `${root}/`,
		region: url.searchParams.get("region") ?? undefined,
		endpoint: parseEndpoint(url.searchParams.get("endpoint"), refuse),
	};
}

function parseEndpoint(
	text: string | null,
	refuse: (reason: string, suggestion?: string) => StoreError,
): URL | undefined {
	if (text === null) return undefined;
	const endpoint = URL.parse(text);
	if (endpoint === null || !/^https?:$/.test(endpoint.protocol)) {
		throw refuse(
			`the endpoint "${text}" is not a URL`,
			"Write it with its scheme: endpoint=https://HOST:PORT.",
		);
	}
	if (
		endpoint.username !== "" ||
		endpoint.pathname !== "/" ||
		endpoint.search !== ""
	) {
		throw refuse("the endpoint has more than a scheme, a host and a port");
	}
	return endpoint;
}
