import { refusing } from "./configuration-error.ts";
import { azureLocation } from "./drivers/azure.ts";
import { filesystemLocation } from "./drivers/filesystem.ts";
import { gcsLocation } from "./drivers/gcs.ts";
import { s3Location } from "./drivers/s3.ts";
import { Parameters } from "./parameters.ts";
import type { StorageSection } from "./storage-section.ts";
import type { StoreLocation } from "./store-location.ts";

/** A storage driver: its parameters, and where its objects are. */
interface Driver {
	/** Say where and how objects lie, and with what credentials they are reached. */
	readonly parameters: readonly string[];
	/** Say how the registry itself works, and nothing of its objects: passed over. */
	readonly ignored: readonly string[];
	readonly locate: (parameters: Parameters) => StoreLocation;
}

/**
 * Source: registry/storage/driver/s3-aws/s3.go of Distribution 2.8 to 3.1 (`s3aws` is another name of `s3`), and
 * s3-aws/common/parser.go of GitLab's registry.
 */
const S3: Driver = {
	parameters: [
		...["bucket", "rootdirectory", "region", "regionendpoint", "secure"],
		...["forcepathstyle", "pathstyle", "accelerate", "usedualstack"],
		...["usefipsendpoint", "skipverify", "v4auth"],
		...["encrypt", "keyid", "storageclass", "objectacl", "objectownership"],
		...["chunksize", "maxrequestspersecond"],
		...["accesskey", "secretkey", "sessiontoken"],
	],
	ignored: [
		// Copies within the bucket, which the registry makes when an upload ends.
		...["multipartcopychunksize", "multipartcopymaxconcurrency"],
		"multipartcopythresholdsize",
		// Checksums that its SDK sends; ours are sent, or not, by what the server takes.
		...["checksum_disabled", "checksum_algorithm"],
		// Where its clients are sent for blobs.
		"redirectendpoint",
		...["useragent", "loglevel", "maxretries", "parallelwalk"],
	],
	locate: s3Location,
};

/** Source: registry/storage/driver/azure of Distribution 2.8 to 3.1, and azure/common/parser.go of GitLab's registry. */
const AZURE: Driver = {
	parameters: [
		...["accountname", "accountkey", "container", "rootdirectory"],
		...["realm", "serviceurl", "skipverify"],
		...["legacyrootprefix", "trimlegacyrootprefix"],
		...["credentials", "credentials_type", "tenant_id", "client_id", "secret"],
	],
	ignored: [
		...["max_retries", "retry_delay", "retry_try_timeout", "max_retry_delay"],
		...["api_pool_initial_interval", "api_pool_max_interval"],
		...["api_pool_max_elapsed_time", "debug_log", "debug_log_events"],
		// Read by Distribution 3, and used by no version of it.
		"connectionstring",
	],
	locate: azureLocation,
};

/** Every driver whose objects there is a store for, by all the names that it has in configurations. */
const DRIVERS: ReadonlyMap<string, Driver> = new Map<string, Driver>([
	[
		"filesystem",
		{
			parameters: ["rootdirectory"],
			ignored: ["maxthreads"],
			locate: filesystemLocation,
		},
	],
	["s3", S3],
	["s3aws", S3],
	["s3_v2", S3],
	[
		"gcs",
		{
			parameters: [
				...["bucket", "rootdirectory", "keyfile", "credentials", "chunksize"],
			],
			ignored: ["maxconcurrency", "parallelwalk", "useragent"],
			locate: gcsLocation,
		},
	],
	["azure", AZURE],
	["azure_v2", AZURE],
]);

/**
 * Where the objects of a storage driver are. Throws a `ConfigurationError` for what cannot be honoured, and for
 * parameters that are not known: they may say where objects are. `file` is the configuration's name.
 */
export function locate(
	{ driver: name, parameters }: StorageSection,
	file: string,
): StoreLocation {
	const refuse = refusing(file);
	const driver = DRIVERS.get(name);
	if (driver === undefined)
		throw refuse(
			`there is no store for its storage driver "${name}"`,
			`There are stores for ${[...DRIVERS.keys()].join(", ")}.`,
		);
	const known = [...driver.parameters, ...driver.ignored];
	for (const parameter of Object.keys(parameters))
		if (!known.includes(parameter))
			throw refuse(
				`its parameter ${name}.${parameter} is not known, and might say where objects are, or how`,
				"Check how it is spelled. If it says nothing of that, take it out of a copy of the file, and name the copy.",
			);
	return driver.locate(new Parameters(name, parameters, refuse));
}
