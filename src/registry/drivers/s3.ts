import type { Environment } from "../../store/environment.ts";
import type { Parameters } from "../parameters.ts";
import {
	type Options,
	type StoreLocation,
	storeUrl,
	whenTrue,
} from "../store-location.ts";

/**
 * The bucket that the `s3` and `s3_v2` drivers write in, and how they write there. `secure: false` without an endpoint
 * is passed over: over TLS, AWS has the same objects.
 */
export function s3Location(parameters: Parameters): StoreLocation {
	const bucket = parameters.required("bucket");
	if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/.test(bucket))
		throw parameters.refuse(
			`${parameters.driver}.bucket is not the name of a bucket`,
			"A path within the bucket belongs into rootdirectory.",
		);
	if (parameters.flag("v4auth") === false)
		throw parameters.refuse(
			`${parameters.driver}.v4auth asks for signatures of version 2, which are not made here`,
		);
	const endpoint = endpointOf(parameters);
	const options = {
		region:
			endpoint === undefined
				? parameters.required("region")
				: parameters.text("region"),
		endpoint,
		...addressOptions(parameters, endpoint),
		...objectOptions(parameters),
		"chunk-size": parameters.integer("chunksize"),
		"max-requests-per-second": rateOf(parameters),
	};
	const root = parameters.text("rootdirectory") ?? "";
	return {
		url: storeUrl("s3", bucket, root, options, parameters),
		environment: environmentOf(parameters),
	};
}

/** Without a scheme, it is given one as the AWS SDK for Go does it, by `secure`. */
function endpointOf(parameters: Parameters): string | undefined {
	const endpoint = parameters.text("regionendpoint");
	if (endpoint === undefined || /^[a-z][a-z0-9+.-]*:\/\//i.test(endpoint))
		return endpoint;
	const isSecure = parameters.flag("secure") ?? true;
	return `${isSecure ? "https" : "http"}://${endpoint}`;
}

/**
 * How the bucket is addressed. Distribution 2 and GitLab name it in the path where there is an endpoint, Distribution 3
 * asks for that by `forcepathstyle`, and GitLab forbids it by `pathstyle`: all reach the same objects, so what is not
 * said is left to the store. Named in the host, a bucket with dots is one that no certificate covers, and the drivers
 * put it in the path all the same.
 */
function addressOptions(
	parameters: Parameters,
	endpoint: string | undefined,
): Options {
	const isInPath =
		parameters.flag("pathstyle") ?? parameters.flag("forcepathstyle");
	const canBeInHost = !parameters.required("bucket").includes(".");
	return {
		"path-style":
			isInPath === false && endpoint !== undefined && canBeInHost
				? "false"
				: whenTrue(isInPath),
		accelerate: whenTrue(parameters.flag("accelerate")),
		// With an endpoint, the SDK for Go does not ask.
		"dual-stack":
			endpoint === undefined
				? whenTrue(parameters.flag("usedualstack"))
				: undefined,
		"tls-verify": parameters.flag("skipverify") === true ? "false" : undefined,
	};
}

/** How objects lie there. What the drivers send where nothing is said (STANDARD, private) is what S3 does without. */
function objectOptions(parameters: Parameters): Options {
	const isEncrypted = parameters.flag("encrypt") ?? false;
	const keyId = parameters.text("keyid");
	if (keyId !== undefined && !isEncrypted)
		throw parameters.refuse(
			`${parameters.driver}.keyid names a key, but encrypt is not true: S3 refuses that`,
			"Set encrypt: true when objects are encrypted with that key, else remove keyid.",
		);
	const encryption = keyId === undefined ? "aes256" : "kms";
	return {
		sse: isEncrypted ? encryption : undefined,
		"kms-key-id": keyId,
		"storage-class": parameters.text("storageclass")?.toUpperCase(),
		acl: parameters.text("objectacl"),
		"object-ownership": whenTrue(parameters.flag("objectownership")),
	};
}

/** GitLab's registry takes 0 for no limit. */
function rateOf(parameters: Parameters): string | undefined {
	const rate = parameters.integer("maxrequestspersecond");
	return rate === "0" ? undefined : rate;
}

function environmentOf(parameters: Parameters): Environment {
	const key = parameters.text("accesskey");
	const secret = parameters.text("secretkey");
	const session = parameters.text("sessiontoken");
	const fips = whenTrue(parameters.flag("usefipsendpoint"));
	const settings = fips === undefined ? {} : { AWS_USE_FIPS_ENDPOINT: fips };
	if (key !== undefined && secret !== undefined)
		return {
			...settings,
			AWS_ACCESS_KEY_ID: key,
			AWS_SECRET_ACCESS_KEY: secret,
			AWS_SESSION_TOKEN: session,
		};
	if ((key ?? secret ?? session) !== undefined)
		throw parameters.refuse(
			`${parameters.driver} has only a part of accesskey and secretkey`,
			"Give both, or neither: then they come from where the AWS tools find them.",
		);
	return settings;
}
