import { parseLocation } from "../../store/gcs/location.ts";
import type { ParameterValue } from "../settings.ts";
import {
	type MakeSettings,
	parametersOf,
	type Refuse,
	rootDirectory,
	type Target,
	type TargetOptions,
} from "./target.ts";

/** A bucket of Google Cloud Storage: the same in every registry. */
export const gcsSettings: MakeSettings = (
	target,
	_product,
	options,
	refuse,
) => {
	const { url } = target;
	const location = parseLocation(url);
	const notes: string[] = [];
	if (location.userProject !== undefined)
		throw refuse(
			"no registry's driver can say which project pays (user-project)",
			"Let the bucket's own project pay: turn requester pays off.",
		);
	const endpoint = options.endpoint ?? location.endpoint;
	if (endpoint !== undefined) {
		if (!isGoogles(endpoint))
			throw refuse(
				`no registry's gcs driver can be told of another server than Google's, and the endpoint is ${endpoint}`,
				"A server that speaks the S3 protocol too can be named as s3://BUCKET?endpoint=URL.",
			);
		notes.push(
			"The gcs driver knows no endpoint: the registry goes to storage.googleapis.com.",
		);
	}
	const parameters = parametersOf({
		bucket: location.bucket,
		rootdirectory: rootDirectory(location.prefix),
		chunksize: url.searchParams.has("chunk-size")
			? location.chunkBytes
			: undefined,
		...keyOf(target, options, refuse, notes),
	});
	return { storage: { driver: "gcs", parameters }, notes };
};

function isGoogles(endpoint: string): boolean {
	const host = URL.parse(endpoint)?.hostname ?? "";
	return /(^|\.)(googleapis\.com|p\.googleapis\.com)$/.test(host);
}

/** As for `openAccess`, a key goes before the file that it is in. */
function keyOf(
	{ environment }: Target,
	{ credentials, keyFile }: TargetOptions,
	refuse: Refuse,
	notes: string[],
): Readonly<Record<string, ParameterValue>> {
	if (credentials === "role") {
		notes.push(
			"No key is written: the registry needs a service account of its machine, or GOOGLE_APPLICATION_CREDENTIALS in its own environment.",
		);
		return {};
	}
	const { GOOGLE_CREDENTIALS: key, GOOGLE_APPLICATION_CREDENTIALS: file } =
		environment;
	if (keyFile === undefined && key)
		return { credentials: serviceAccount(key, refuse) };
	const path = keyFile ?? file;
	if (!path)
		throw refuse(
			"there is no key that the registry could be given",
			"Name the key file of a service account in GOOGLE_APPLICATION_CREDENTIALS, or choose credentials by role.",
		);
	if (!path.startsWith("/"))
		throw refuse(
			"the path of the key file is not absolute, and the registry starts in another directory",
			"Write it in full, beginning with a slash.",
		);
	notes.push(
		`The key file ${path} must be at that path wherever the registry runs, for its user to read.`,
	);
	return { keyfile: path };
}

/** The content of a key file as the driver takes it: a map of texts. The key is not quoted when it is refused (I7). */
function serviceAccount(key: string, refuse: Refuse): ParameterValue {
	const fields: Record<string, string> = {};
	for (const [name, value] of Object.entries(parseKey(key, refuse)))
		if (typeof value === "string") fields[name] = value;
	if (fields.type !== "service_account")
		throw refuse(
			"the key is not that of a service account, which alone the gcs driver takes",
			"Give the key of a service account, or choose credentials by role.",
		);
	return fields;
}

function parseKey(key: string, refuse: Refuse): object {
	try {
		const parsed: unknown = JSON.parse(key);
		if (typeof parsed === "object" && parsed !== null) return parsed;
	} catch {
		// The error would quote the key (I7).
	}
	throw refuse("the key is not JSON");
}
