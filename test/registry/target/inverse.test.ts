import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { locate } from "../../../src/registry/drivers.ts";
import { RegistryError } from "../../../src/registry/registry-error.ts";
import { parseStorage } from "../../../src/registry/storage-section.ts";
import { driverSettings } from "../../../src/registry/target/driver-settings.ts";
import {
	type Product,
	parseProduct,
} from "../../../src/registry/target/product.ts";
import type { TargetOptions } from "../../../src/registry/target/target.ts";
import { parseLocation as parseAzure } from "../../../src/store/azure/location.ts";
import type { Environment } from "../../../src/store/environment.ts";
import { StoreError } from "../../../src/store/errors.ts";
import { parseLocation as parseGcs } from "../../../src/store/gcs/location.ts";
import { parseLocation as parseS3 } from "../../../src/store/s3/location.ts";
import { SECRET } from "../configuration.ts";

const PRODUCTS = [
	"distribution 2.8.2",
	"distribution 3.0.0",
	"distribution 3.1.2",
	"gitlab 17.9",
	"gitlab 18.2",
	"gitlab 19.0",
];

/** The target again, from the configuration that it became; `undefined`: it was refused. */
function andBack(
	url: URL,
	environment: Environment,
	product: Product,
	options: TargetOptions,
): { readonly url: URL; readonly environment: Environment } | undefined {
	try {
		const { storage } = driverSettings({ url, environment }, product, options);
		// As a registry reads it.
		const { driver, parameters } = storage;
		const text = JSON.stringify({ storage: { [driver]: parameters } });
		return locate(parseStorage(text, "config.yml"), "config.yml");
	} catch (error) {
		if (!(error instanceof RegistryError || error instanceof StoreError))
			throw error;
		const { message, suggestions } = error;
		expect([message, ...suggestions].join("\n")).not.toContain(SECRET);
		return undefined;
	}
}

/** The options that a store's URL can have, as it says itself when it refuses another. */
function knownOptions(parse: () => unknown): readonly string[] {
	try {
		parse();
	} catch (error) {
		if (!(error instanceof StoreError)) throw error;
		const [known = ""] = error.suggestions;
		return known
			.replace(/^Known options: |\.$/g, "")
			.split(", ")
			.toSorted();
	}
	throw new Error("it was not refused");
}

/** Options of a URL, each of them there or not. */
function someOf(options: Readonly<Record<string, readonly string[]>>) {
	const arbitraries = Object.entries(options).map(([name, values]) =>
		fc
			.oneof(
				{ weight: 3, arbitrary: fc.constant(undefined) },
				{ weight: 1, arbitrary: fc.constantFrom(...values) },
			)
			.map((value): readonly [string, string | undefined] => [name, value]),
	);
	return fc
		.tuple(...arbitraries)
		.map((pairs) =>
			pairs.flatMap(([name, value]) =>
				value === undefined ? [] : [[name, value] as const],
			),
		);
}

function withOptions(
	base: string,
	options: readonly (readonly [string, string])[],
): URL {
	const url = new URL(base);
	for (const [name, value] of options) url.searchParams.set(name, value);
	return url;
}

const PREFIXES = fc.constantFrom(
	"",
	"/pre",
	"/pre/fix",
	"/a%20b/c%25",
	"/%C3%A9",
);
const KEYS: TargetOptions = { credentials: "keys" };

const S3_OPTIONS = {
	region: ["eu-west-1", "us-gov-west-1"],
	endpoint: ["http://minio:9000", "https://s3.eu-west-1.amazonaws.com"],
	"path-style": ["true", "false"],
	sse: ["aes256", "kms"],
	"kms-key-id": ["alias/reg"],
	"storage-class": ["NONE", "standard", "STANDARD_IA", "GLACIER_IR"],
	acl: ["private", "bucket-owner-full-control"],
	"object-ownership": ["true", "false"],
	accelerate: ["true", "false"],
	"dual-stack": ["true", "false"],
	"chunk-size": ["5242880", "20971520", "5368709120"],
	"multipart-threshold": ["5242880"],
	"max-requests-per-second": ["1", "350"],
	"tls-verify": ["true", "false"],
};

const GCS_OPTIONS = {
	"chunk-size": ["262144", "16777216"],
	endpoint: ["https://private.googleapis.com"],
};

const AZURE_OPTIONS = {
	endpoint: ["http://azurite:10000/acc", "https://acc.blob.example.com"],
	realm: ["core.chinacloudapi.cn"],
	"root-prefix": ["trimmed", "legacy", "existing"],
	"append-blobs-below": ["136"],
};

test("every option of a URL is decided on", () => {
	const options = (parse: (url: URL) => unknown, url: string) =>
		knownOptions(() => parse(new URL(`${url}?no-option=1`)));
	expect(options(parseS3, "s3://reg")).toEqual(
		Object.keys(S3_OPTIONS).toSorted(),
	);
	expect(options(parseAzure, "az://acc/reg")).toEqual(
		Object.keys(AZURE_OPTIONS).toSorted(),
	);
	expect(options(parseGcs, "gs://reg")).toEqual(
		[...Object.keys(GCS_OPTIONS), "user-project"].toSorted(),
	);
});

describe.each(PRODUCTS)("what %s is told says the same as the URL", (text) => {
	const product = parseProduct(text);

	test("of a bucket of S3", () => {
		const environment = {
			AWS_ACCESS_KEY_ID: "AKIA",
			AWS_SECRET_ACCESS_KEY: SECRET,
		};
		const options = someOf(S3_OPTIONS);
		const buckets = fc.constantFrom("reg", "my.reg");
		const isDistribution = product.name === "distribution";
		const isSecond = isDistribution && product.version[0] === 2;
		/** Where the objects are, how they lie, and what else this registry can be told. */
		const said = (url: URL) => {
			const location = parseS3(url);
			const { accelerate, pathStyle, endpoint, region } = location;
			const isOther = !isDistribution || isSecond;
			return {
				...location,
				region: region ?? (endpoint === undefined ? undefined : "us-east-1"),
				accelerate: isOther ? false : accelerate,
				dualStack: isOther ? undefined : location.dualStack || undefined,
				pathStyle:
					endpoint !== undefined || (pathStyle === true && !isSecond)
						? (pathStyle ?? true)
						: undefined,
				requestsPerSecond: isDistribution
					? undefined
					: location.requestsPerSecond,
				multipartThreshold: undefined,
			};
		};
		let told = 0;
		fc.assert(
			fc.property(buckets, PREFIXES, options, (bucket, prefix, given) => {
				const url = withOptions(`s3://${bucket}${prefix}`, given);
				const back = andBack(url, environment, product, KEYS);
				if (back === undefined) return;
				told++;
				expect(said(back.url)).toEqual(said(url));
				expect(back.environment).toEqual(environment);
			}),
			{ numRuns: 1000 },
		);
		expect(told).toBeGreaterThan(100);
	});

	test("of a bucket of Google Cloud Storage", () => {
		const key = JSON.stringify({
			type: "service_account",
			private_key: `-----\n${SECRET}\n"quoted"`,
			client_email: "reg@project",
		});
		const environments = fc.constantFrom<Environment>(
			{ GOOGLE_CREDENTIALS: key },
			{ GOOGLE_APPLICATION_CREDENTIALS: "/etc/key.json" },
		);
		const options = someOf(GCS_OPTIONS);
		const said = (url: URL) => ({ ...parseGcs(url), endpoint: undefined });
		fc.assert(
			fc.property(
				PREFIXES,
				options,
				environments,
				(prefix, given, variables) => {
					const url = withOptions(`gs://reg${prefix}`, given);
					const back = andBack(url, variables, product, KEYS);
					expect(back && said(back.url)).toEqual(said(url));
					expect(back?.environment).toEqual(variables);
				},
			),
		);
	});

	test("of a container of Azure", () => {
		const NO_OTHER = {
			AZURE_STORAGE_CONNECTION_STRING: undefined,
			AZURE_STORAGE_SAS_TOKEN: undefined,
		};
		const environments = fc.constantFrom<Environment>(
			{
				...NO_OTHER,
				AZURE_STORAGE_ACCOUNT: "acc",
				AZURE_STORAGE_KEY: SECRET,
			},
			{
				...NO_OTHER,
				AZURE_STORAGE_KEY: undefined,
				AZURE_TENANT_ID: "tenant",
				AZURE_CLIENT_ID: "client",
				AZURE_CLIENT_SECRET: SECRET,
			},
			{},
		);
		const options = fc
			.tuple(
				someOf(AZURE_OPTIONS),
				// Seldom left out: without it nothing is told.
				fc.constantFrom(...AZURE_OPTIONS["root-prefix"]),
			)
			.map(([given, prefix]) => [...given, ["root-prefix", prefix] as const]);
		const isSecond =
			product.name === "distribution" && product.version[0] === 2;
		const said = (url: URL) => {
			const location = parseAzure(url);
			// Its configuration cannot say it, and is read as "as those that are there".
			const rootPrefix = isSecond ? undefined : location.rootPrefix;
			return { ...location, rootPrefix, appendBelow: undefined };
		};
		let told = 0;
		fc.assert(
			fc.property(
				PREFIXES,
				options,
				environments,
				(prefix, given, variables) => {
					const isRole = Object.keys(variables).length === 0;
					const url = withOptions(`az://acc/reg${prefix}`, given);
					const back = andBack(url, variables, product, {
						credentials: isRole ? "role" : "keys",
					});
					if (back === undefined) return;
					told++;
					expect(said(back.url)).toEqual(said(url));
					expect(back.environment).toStrictEqual(variables);
				},
			),
			{ numRuns: 2000 },
		);
		expect(told).toBeGreaterThan(5);
	});

	test("of a directory", () => {
		const url = new URL("file:///srv/a%20b/registry/");
		const back = andBack(url, {}, product, KEYS);
		expect(back?.url.href).toBe("file:///srv/a%20b/registry");
	});
});
