import { parseLocation, type S3Location } from "../../store/s3/location.ts";
import type { ParameterValue } from "../settings.ts";
import { productName } from "./product.ts";
import { type S3Dialect, s3Dialect } from "./s3-dialect.ts";
import { s3KeysOf } from "./s3-keys.ts";
import {
	type MakeSettings,
	parametersOf,
	type Refuse,
	redirectNotes,
	rootDirectory,
	type Target,
	type TargetOptions,
} from "./target.ts";

type Values = Readonly<Record<string, ParameterValue | undefined>>;

/** A bucket, as the S3 driver of a registry is told of it. */
export const s3Settings: MakeSettings = (target, product, options, refuse) => {
	const { url, environment } = target;
	const location = parseLocation(url);
	const dialect = s3Dialect(product, options.driver, refuse);
	const told: Told = { target, location, dialect, refuse, notes: [] };
	const parameters = parametersOf({
		bucket: location.bucket,
		...placeOf(told, options),
		rootdirectory: rootDirectory(location.prefix),
		...objectsOf(told),
		...paceOf(told),
		...s3KeysOf(environment, options, refuse, told.notes),
	});
	if (dialect.driver === "s3_v2" && product.version[0] < 19)
		told.notes.push(
			`The driver s3_v2 is a beta in ${productName(product)}; s3 is the other one.`,
		);
	return { storage: { driver: dialect.driver, parameters }, notes: told.notes };
};

/** What the parameters are made of. */
interface Told {
	readonly target: Target;
	readonly location: S3Location;
	readonly dialect: S3Dialect;
	readonly refuse: Refuse;
	readonly notes: string[];
}

/** Where the bucket is, and how requests reach it. */
function placeOf(told: Told, options: TargetOptions): Values {
	const { location, dialect, refuse, target, notes } = told;
	const endpoint = options.endpoint ?? location.endpoint;
	const region =
		location.region ??
		target.environment.AWS_REGION ??
		target.environment.AWS_DEFAULT_REGION ??
		(endpoint === undefined ? undefined : DEFAULT_REGION);
	if (region === undefined)
		throw refuse(
			"its region is not known, and no driver starts without",
			"Add it to the URL: s3://BUCKET/PREFIX?region=REGION.",
		);
	notes.push(...redirectNotes(endpoint, options));
	if (!location.verifiesServer)
		notes.push(
			"The registry will not check who the server is (skipverify), as tls-verify=false in the URL says.",
		);
	return {
		region,
		regionendpoint: endpoint,
		secure: endpoint?.startsWith("http:") ? false : undefined,
		skipverify: location.verifiesServer ? undefined : true,
		...pathStyleOf(told, endpoint),
		...endpointKindsOf(told, endpoint),
		checksum_disabled:
			dialect.sendsChecksums && endpoint !== undefined && !isAws(endpoint)
				? true
				: undefined,
	};
}

/** What compatible servers call their one region, and what their clients take where nothing is said. */
const DEFAULT_REGION = "us-east-1";

function isAws(endpoint: string): boolean {
	const host = URL.parse(endpoint)?.hostname ?? "";
	return /\.(amazonaws\.com(\.cn)?|api\.aws)$/.test(host);
}

/**
 * How the bucket is addressed. Where the URL says nothing, an endpoint has it in the path, and AWS in the host name:
 *
 * | the URL says | endpoint | a driver with the word | one without                      |
 * | ------------ | -------- | ---------------------- | -------------------------------- |
 * | nothing      | none     | nothing                | nothing                          |
 * | nothing      | one      | true, unless it is its default | nothing: it does so      |
 * | true         | none     | true                   | nothing, and a note: the same objects, another way |
 * | true         | one      | true                   | nothing: it does so              |
 * | false        | none     | nothing                | nothing                          |
 * | false        | one      | false                  | refused: it has it in the path   |
 */
function pathStyleOf(
	{ location, dialect, refuse, notes }: Told,
	endpoint: string | undefined,
): Values {
	const { pathStyle } = location;
	const { pathStyle: word, endpointsByPath } = dialect;
	if (word !== undefined) {
		if (pathStyle === undefined)
			return endpoint === undefined || endpointsByPath ? {} : { [word]: true };
		return endpoint === undefined && !pathStyle ? {} : { [word]: pathStyle };
	}
	if (pathStyle === false && endpoint !== undefined)
		throw refuse(
			"this registry names the bucket in the path wherever there is an endpoint, and the URL says path-style=false",
			"Look whether the server takes that: then leave path-style out.",
		);
	if (pathStyle === true && endpoint === undefined)
		notes.push(
			"This registry names the bucket in the host name, not in the path as the URL says: the objects are the same.",
		);
	return {};
}

function endpointKindsOf(
	{ location, dialect, target, refuse, notes }: Told,
	endpoint: string | undefined,
): Values {
	const { accelerate, dualStack } = location;
	const isFips =
		endpoint === undefined &&
		target.environment.AWS_USE_FIPS_ENDPOINT === "true";
	if (dialect.hasEndpointKinds)
		return {
			accelerate: accelerate ? true : undefined,
			usedualstack: dualStack === true ? true : undefined,
			usefipsendpoint: isFips ? true : undefined,
		};
	if (isFips)
		throw refuse(
			"this registry's driver cannot be told to use FIPS endpoints, as AWS_USE_FIPS_ENDPOINT says",
			"Name the endpoint itself: endpoint=https://s3-fips.REGION.amazonaws.com.",
		);
	for (const [name, isSet] of [
		["accelerate", accelerate],
		["dual-stack", dualStack === true],
	] as const)
		if (isSet)
			notes.push(
				`This registry's driver knows no ${name}: it reaches the same objects by AWS's usual endpoint.`,
			);
	return {};
}

/** How objects are written. */
function objectsOf({ target, location, dialect, refuse }: Told): Values {
	const { encryption, kmsKeyId, acl } = location.objects;
	const { searchParams } = target.url;
	const storageClass = searchParams.get("storage-class")?.toUpperCase();
	const isOwned = searchParams.get("object-ownership") === "true";
	if (encryption === "aws:kms" && kmsKeyId === undefined)
		throw refuse(
			"with sse=kms alone objects would be encrypted otherwise by the registry: its driver asks for AES256 where no key is named",
			"Name the key: kms-key-id=KEY; or leave sse out where the bucket encrypts with its own key by default.",
		);
	if (
		storageClass !== undefined &&
		!dialect.storageClasses.includes(storageClass)
	)
		throw refuse(
			`this registry's driver knows no storage class ${storageClass}`,
			`It knows ${dialect.storageClasses.join(", ")}. A lifecycle rule of the bucket can move objects to another.`,
		);
	if (isOwned && !dialect.hasObjectOwnership)
		throw refuse(
			"this registry's driver sends an ACL with each object, and cannot be told that the bucket takes none (object-ownership=true)",
			"Write acl=bucket-owner-full-control instead, which such a bucket takes.",
		);
	return {
		encrypt: encryption === undefined ? undefined : true,
		keyid: kmsKeyId,
		storageclass: storageClass,
		objectacl: acl,
		objectownership: isOwned ? true : undefined,
	};
}

/** In what pieces objects are written, and how fast. */
function paceOf({ target, location, dialect, refuse, notes }: Told): Values {
	const isChunkSet = target.url.searchParams.has("chunk-size");
	const { chunkBytes, requestsPerSecond } = location;
	if (isChunkSet && chunkBytes > dialect.maxChunkBytes)
		throw refuse(
			`this registry's driver takes no chunk-size above ${dialect.maxChunkBytes}`,
		);
	if (requestsPerSecond !== undefined && !dialect.hasRate)
		notes.push(
			"max-requests-per-second holds for regmigrate alone: this registry's driver has no limit of its own.",
		);
	return {
		chunksize: isChunkSet ? chunkBytes : undefined,
		maxrequestspersecond: dialect.hasRate ? requestsPerSecond : undefined,
	};
}
