import { StoreError } from "../errors.ts";

/** Where in S3 a store is: what its URL says. */
export interface S3Location {
	/** As `ObjectStore.url`: without options. */
	readonly url: string;
	readonly bucket: string;
	/** "" or ending in "/". */
	readonly prefix: string;
	readonly region: string | undefined;
	/** Scheme, host and port of an S3-compatible server; `undefined` for AWS, or what the environment names. */
	readonly endpoint: string | undefined;
}

const OPTIONS = ["region", "endpoint", "path-style"];

/**
 * Reads `s3://bucket/prefix?region=…&endpoint=…&path-style=true`. Throws a `StoreError` `unsupported` on anything that
 * cannot be honoured. The prefix is normalised as the registry's s3 driver does it: no leading or trailing "/".
 */
export function parseLocation(url: URL): S3Location {
	const bucket = url.hostname;
	const root = decoded(url.pathname)?.replaceAll(/^\/+|\/+$/g, "");
	const shown = `s3://${bucket}${root === "" ? "" : `/${root ?? "…"}`}`;
	const refuse = (reason: string, suggestion?: string) =>
		refusal(shown, reason, suggestion);
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
	if (url.port !== "") {
		throw refuse(
			"the URL has a port, where the bucket's name belongs",
			"Name the server in an option: s3://BUCKET/PREFIX?endpoint=https://HOST:PORT.",
		);
	}
	if (root === undefined)
		throw refuse('the prefix is not percent-encoded; write "%" as %25');
	if (url.hash !== "")
		throw refuse('the URL has a "#"', 'Write "#" in a prefix as %23.');
	if (bucket.endsWith("--x-s3")) {
		throw refuse(
			"an S3 Express directory bucket does not list its keys in order, which a registry needs",
		);
	}
	const option = optionsOf(url, refuse);
	if ((option("path-style") ?? "true") !== "true")
		throw refuse(
			"only path-style requests are supported yet",
			"Leave the option path-style out.",
		);
	const endpoint = option("endpoint");
	const location = {
		url: shown,
		bucket,
		prefix: root === "" ? "" : `${root}/`,
		region: option("region"),
	};
	return {
		...location,
		endpoint: endpoint && wholeOrigin(endpoint, location),
	};
}

/** The origin that a text names, and nothing more. Throws a `StoreError` `unsupported` on anything else. */
export function wholeOrigin(
	text: string,
	{ url }: Pick<S3Location, "url">,
): string {
	const endpoint = URL.parse(text);
	// The text is not shown: it may hold credentials (I7).
	if (endpoint === null || !/^https?:$/.test(endpoint.protocol)) {
		throw refusal(
			url,
			"the endpoint is not the URL of a server",
			"Write it with its scheme: https://HOST:PORT.",
		);
	}
	if (`${endpoint.origin}/` !== endpoint.href) {
		throw refusal(
			url,
			"the endpoint has more than a scheme, a host and a port",
			`Write ${endpoint.origin}.`,
		);
	}
	return endpoint.origin;
}

/** Finds an option's value. Refuses unknown ones, and those that are empty or given twice. */
function optionsOf(
	{ searchParams }: URL,
	refuse: (reason: string, suggestion?: string) => StoreError,
): (name: string) => string | undefined {
	for (const [name, value] of searchParams) {
		if (!OPTIONS.includes(name))
			throw refuse(
				`the option "${name}" is not known`,
				`Known options: ${OPTIONS.join(", ")}.`,
			);
		if (value === "") throw refuse(`the option "${name}" is empty`);
		if (searchParams.getAll(name).length > 1)
			throw refuse(`the option "${name}" is given more than once`);
	}
	return (name) => searchParams.get(name) ?? undefined;
}

function decoded(path: string): string | undefined {
	try {
		return decodeURIComponent(path);
	} catch {
		// Its percent signs are no encoding; the caller says so.
		return undefined;
	}
}

function refusal(
	store: string,
	reason: string,
	suggestion: string | undefined,
): StoreError {
	return new StoreError("unsupported", reason, {
		store,
		operation: "open",
		suggestions: suggestion === undefined ? [] : [suggestion],
	});
}
