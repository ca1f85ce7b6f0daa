import { decodedPath, optionsOf, type Refuse, refusing } from "../store-url.ts";

/** Where in Google Cloud Storage a store is: what its URL says. */
export interface GcsLocation {
	/** As `ObjectStore.url`: without options. */
	readonly url: string;
	readonly bucket: string;
	/** "" or ending in "/". */
	readonly prefix: string;
	/** Scheme, host and port of another server; `undefined` for Google's, or what the environment names. */
	readonly endpoint: string | undefined;
	/** How much of a large object goes up in one request (bytes). */
	readonly chunkBytes: number;
	/** The project that pays for the requests, where it is not the bucket's. */
	readonly userProject: string | undefined;
}

const OPTIONS = ["endpoint", "chunk-size", "user-project"];

/** Chunks are multiples of this (bytes). Source: Cloud Storage documentation, "Resumable uploads". */
const CHUNK_UNIT = 256 * 1024;

/** What the registry's driver sends at a time (bytes). Source: registry/storage/driver/gcs/gcs.go. */
const DEFAULT_CHUNK_BYTES = 16 * 1024 * 1024;

/** Largest chunk that is taken (bytes): two of them are held for each upload. */
const MAX_CHUNK_BYTES = 512 * 1024 * 1024;

/**
 * Reads `gs://bucket/prefix?endpoint=…&chunk-size=…&user-project=…`. Throws a `StoreError` `unsupported` on anything
 * that cannot be honoured. The prefix is normalised as the registry's gcs driver does it: no leading or trailing "/",
 * and no white space in front, which it drops from every key.
 */
export function parseLocation(url: URL): GcsLocation {
	const bucket = url.hostname;
	const root = decodedPath(url.pathname)
		?.replaceAll(/^\/+|\/+$/g, "")
		.trimStart();
	const shown = `gs://${bucket}${root === "" ? "" : `/${root ?? "…"}`}`;
	const refuse = refusing(shown);
	if (bucket === "")
		throw refuse(
			"the URL names no bucket",
			"Write gs://BUCKET or gs://BUCKET/PREFIX.",
		);
	if (url.username !== "" || url.password !== "") {
		throw refuse(
			"the URL holds credentials, which would end up in logs and process lists",
			"Name a credentials file in GOOGLE_APPLICATION_CREDENTIALS.",
		);
	}
	if (url.port !== "") {
		throw refuse(
			"the URL has a port, where the bucket's name belongs",
			"Name the server in an option: gs://BUCKET/PREFIX?endpoint=https://HOST:PORT.",
		);
	}
	if (root === undefined)
		throw refuse('the prefix is not percent-encoded; write "%" as %25');
	if (url.hash !== "")
		throw refuse('the URL has a "#"', 'Write "#" in a prefix as %23.');
	const option = optionsOf(url, OPTIONS, refuse);
	const endpoint = option("endpoint");
	const chunkSize = option("chunk-size");
	return {
		url: shown,
		bucket,
		prefix: root === "" ? "" : `${root}/`,
		endpoint: endpoint && wholeOrigin(endpoint, refuse),
		chunkBytes:
			chunkSize === undefined
				? DEFAULT_CHUNK_BYTES
				: chunkBytes(chunkSize, refuse),
		userProject: option("user-project"),
	};
}

/** The origin that a text names, and nothing more. Throws a `StoreError` `unsupported` on anything else. */
export function wholeOrigin(text: string, refuse: Refuse): string {
	const endpoint = URL.parse(text);
	// The text is not shown: it may hold credentials (I7).
	if (endpoint === null || !/^https?:$/.test(endpoint.protocol)) {
		throw refuse(
			"the endpoint is not the URL of a server",
			"Write it with its scheme: https://HOST:PORT.",
		);
	}
	if (`${endpoint.origin}/` !== endpoint.href) {
		throw refuse(
			"the endpoint has more than a scheme, a host and a port",
			`Write ${endpoint.origin}.`,
		);
	}
	return endpoint.origin;
}

function chunkBytes(text: string, refuse: Refuse): number {
	const bytes = Number(text);
	if (
		/^\d+$/.test(text) &&
		bytes > 0 &&
		bytes <= MAX_CHUNK_BYTES &&
		bytes % CHUNK_UNIT === 0
	)
		return bytes;
	throw refuse(
		`"${text}" is not a chunk size`,
		`Write a number of bytes, a multiple of ${CHUNK_UNIT} up to ${MAX_CHUNK_BYTES}.`,
	);
}
