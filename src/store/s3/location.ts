import { isIP } from "node:net";
import { decodedPath, optionsOf, type Refuse, refusing } from "../store-url.ts";
import {
	type ObjectSettings,
	refuseCustomerKeys,
	SETTING_OPTIONS,
	settingsOf,
} from "./object-settings.ts";

/** Where in S3 a store is, and how: what its URL says. */
export interface S3Location {
	/** As `ObjectStore.url`: without options. */
	readonly url: string;
	readonly bucket: string;
	/** "" or ending in "/". */
	readonly prefix: string;
	readonly region: string | undefined;
	/** Scheme, host and port of an S3-compatible server; `undefined` for AWS, or what the environment names. */
	readonly endpoint: string | undefined;
	/** Whether the bucket is named in the path of requests, and not in their host; `undefined`: see `BucketAddress`. */
	readonly pathStyle: boolean | undefined;
	/** Whether requests go over AWS's edge locations. */
	readonly accelerate: boolean;
	/** Whether AWS is also reached by IPv6; `undefined`: as the environment or the profile says. */
	readonly dualStack: boolean | undefined;
	/** Whether an https server must prove who it is. */
	readonly verifiesServer: boolean;
	readonly objects: ObjectSettings;
	/** Smallest part (bytes) of an upload in parts; the last may be smaller. */
	readonly chunkBytes: number;
	/** Bodies larger than this (bytes) go up in parts. Below it, a body is held in memory and sent at once. */
	readonly multipartThreshold: number;
	/** Most requests a second; `undefined` for no limit. */
	readonly requestsPerSecond: number | undefined;
}

const OPTIONS = [
	"region",
	"endpoint",
	"path-style",
	...SETTING_OPTIONS,
	"accelerate",
	"dual-stack",
	"chunk-size",
	"multipart-threshold",
	"max-requests-per-second",
	"tls-verify",
];

/** Bodies that are larger go up in parts of this size (bytes), where the URL does not say otherwise. */
export const DEFAULT_PART_BYTES = 8 * 1024 * 1024;

/** Bounds of a part, and the most that one PUT takes (bytes). Source: Amazon S3 user guide, "multipart upload limits". */
const MIN_BYTES = 5 * 1024 * 1024;
const MAX_BYTES = 5 * 1024 * 1024 * 1024;

/**
 * Reads `s3://bucket/prefix?region=…&endpoint=…`, and the other options. Throws a `StoreError` `unsupported` on anything
 * that cannot be honoured. The prefix is normalised as the registry's s3 driver does it: no leading or trailing "/".
 */
export function parseLocation(url: URL): S3Location {
	const bucket = url.hostname;
	const root = decodedPath(url.pathname)?.replaceAll(/^\/+|\/+$/g, "");
	const shown = `s3://${bucket}${root === "" ? "" : `/${root ?? "…"}`}`;
	const refuse = refusing(shown);
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
	refuseCustomerKeys(url, refuse);
	const option = optionsOf(url, OPTIONS, refuse);
	const isSet = (name: string) => booleanOf(name, option(name), refuse);
	const bytes = (name: string) => bytesOf(name, option(name), refuse);
	const endpoint = option("endpoint");
	const location = {
		url: shown,
		bucket,
		prefix: root === "" ? "" : `${root}/`,
		region: option("region"),
		endpoint: endpoint && wholeOrigin(endpoint, { url: shown }),
		pathStyle: isSet("path-style"),
		accelerate: isSet("accelerate") ?? false,
		dualStack: isSet("dual-stack"),
		verifiesServer: isSet("tls-verify") ?? true,
		objects: settingsOf(option, refuse),
		chunkBytes: bytes("chunk-size"),
		multipartThreshold: bytes("multipart-threshold"),
		requestsPerSecond: rateOf(option("max-requests-per-second"), refuse),
	};
	refuseAddress(location, refuse);
	return location;
}

/** The origin that a text names, and nothing more. Throws a `StoreError` `unsupported` on anything else. */
export function wholeOrigin(
	text: string,
	{ url }: Pick<S3Location, "url">,
): string {
	const refuse = refusing(url);
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

/** Whether a bucket can be named in a host name that a certificate for `*.s3.…` covers. */
const HOST_LABEL = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/** Refuses ways to address the bucket that there are not. `endpoint` may also be one that the environment names. */
export function refuseAddress(
	{
		bucket,
		endpoint,
		pathStyle,
		accelerate,
		dualStack,
	}: Pick<
		S3Location,
		"bucket" | "endpoint" | "pathStyle" | "accelerate" | "dualStack"
	>,
	refuse: Refuse,
): void {
	const isHostLabel = HOST_LABEL.test(bucket);
	if (pathStyle === false && !isHostLabel)
		throw refuse(
			`the bucket's name cannot be part of a host name: it ${OTHER_THAN_LABEL}`,
			"Leave the option path-style out: such a bucket is named in the path.",
		);
	if (
		pathStyle === false &&
		endpoint !== undefined &&
		isIP(new URL(endpoint).hostname.replaceAll(/[[\]]/g, "")) !== 0
	)
		throw refuse(
			"the endpoint is an IP address, before which no bucket's name can stand",
			"Leave the option path-style out, or name the server by its host name.",
		);
	if (accelerate && !isHostLabel)
		throw refuse(
			`the option accelerate needs the bucket's name in the host name, and it ${OTHER_THAN_LABEL}`,
			"Leave the option accelerate out.",
		);
	if (accelerate && pathStyle === true)
		throw refuse(
			"the options accelerate and path-style=true exclude each other",
		);
	for (const [name, isWanted] of [
		["accelerate", accelerate],
		["dual-stack", dualStack === true],
	] as const) {
		if (isWanted && endpoint !== undefined)
			throw refuse(
				`the option ${name} is for AWS's own endpoints, and another endpoint is configured`,
				`Leave the option ${name} out, or the endpoint (in the URL, or AWS_ENDPOINT_URL).`,
			);
	}
}

const OTHER_THAN_LABEL =
	"has other characters than lower-case letters, digits and hyphens, or fewer than 3 or more than 63";

function booleanOf(
	name: string,
	text: string | undefined,
	refuse: Refuse,
): boolean | undefined {
	if (text === undefined) return undefined;
	if (text === "true" || text === "false") return text === "true";
	throw refuse(`the option ${name} has another value than true or false`);
}

function bytesOf(
	name: string,
	text: string | undefined,
	refuse: Refuse,
): number {
	if (text === undefined) return DEFAULT_PART_BYTES;
	const bytes = Number(text);
	if (/^\d+$/.test(text) && bytes >= MIN_BYTES && bytes <= MAX_BYTES)
		return bytes;
	throw refuse(
		`the option ${name} is no number of bytes from 5 MiB to 5 GiB`,
		`Write it in digits, ${MIN_BYTES} to ${MAX_BYTES}.`,
	);
}

function rateOf(text: string | undefined, refuse: Refuse): number | undefined {
	if (text === undefined) return undefined;
	if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
	throw refuse(
		"the option max-requests-per-second is no number from 1",
		"Write it in digits, or leave it out for no limit.",
	);
}
