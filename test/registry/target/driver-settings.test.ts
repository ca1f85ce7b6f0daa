import { describe, expect, test } from "vitest";
import { RegistryError } from "../../../src/registry/registry-error.ts";
import { driverSettings } from "../../../src/registry/target/driver-settings.ts";
import { parseProduct } from "../../../src/registry/target/product.ts";
import type {
	TargetOptions,
	TargetSettings,
} from "../../../src/registry/target/target.ts";
import type { Environment } from "../../../src/store/environment.ts";
import { SECRET } from "../configuration.ts";

const KEYS = { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: SECRET };
const AZURE_KEY = { AZURE_STORAGE_KEY: SECRET };
const APPLICATION = {
	AZURE_TENANT_ID: "tenant",
	AZURE_CLIENT_ID: "client",
	AZURE_CLIENT_SECRET: SECRET,
};

function told(
	product: string,
	url: string,
	environment: Environment = KEYS,
	options: Partial<TargetOptions> = {},
): TargetSettings {
	return driverSettings(
		{ url: new URL(url), environment },
		parseProduct(product),
		{
			credentials: "keys",
			...options,
		},
	);
}

function refusal(...target: Parameters<typeof told>): string {
	try {
		told(...target);
	} catch (error) {
		if (!(error instanceof RegistryError)) throw error;
		const text = [error.message, ...error.suggestions].join(" ");
		expect(text).not.toContain(SECRET);
		expect(error.code).toBe("refused");
		return text;
	}
	throw new Error("it was not refused");
}

describe("S3", () => {
	const AT_MINIO = "s3://reg/pre?endpoint=http://minio:9000";
	const minio = {
		bucket: "reg",
		region: "us-east-1",
		regionendpoint: "http://minio:9000",
		secure: false,
		rootdirectory: "/pre",
		accesskey: "AKIA",
		secretkey: SECRET,
	};

	test.for([
		["distribution 2.8.2", "s3", minio],
		["distribution 3.1.2", "s3", { ...minio, forcepathstyle: true }],
		["gitlab 17.9", "s3", minio],
		["gitlab 18.2", "s3", minio],
		["gitlab 19.0", "s3_v2", { ...minio, checksum_disabled: true }],
	] as const)("%s on a compatible server", ([product, driver, parameters]) => {
		expect(told(product, AT_MINIO).storage).toEqual({ driver, parameters });
	});

	test("on AWS, by the role of its machine, and as the bucket wants its objects", () => {
		const url =
			"s3://reg?region=eu-west-1&sse=kms&kms-key-id=alias/reg&object-ownership=true";
		expect(told("gitlab 18.2", url, {}, { credentials: "role" })).toEqual({
			storage: {
				driver: "s3",
				parameters: {
					bucket: "reg",
					region: "eu-west-1",
					encrypt: true,
					keyid: "alias/reg",
					objectownership: true,
				},
			},
			notes: [expect.stringContaining("No keys are written")],
		});
	});

	test("asks for encryption only where the URL does", () => {
		const { parameters } = told("gitlab 18.2", "s3://reg?region=x").storage;
		expect(parameters).not.toHaveProperty("encrypt");
	});

	test("takes checksums from AWS's own endpoints", () => {
		const url =
			"s3://reg?region=x&endpoint=https://vpce-1.s3.x.vpce.amazonaws.com";
		const { parameters } = told("gitlab 19.0", url).storage;
		expect(parameters).not.toHaveProperty("checksum_disabled");
	});

	test("by FIPS endpoints, where the driver knows them", () => {
		const environment = { ...KEYS, AWS_USE_FIPS_ENDPOINT: "true" };
		const url = "s3://reg?region=us-gov-west-1";
		const { storage } = told("distribution 3.1.2", url, environment);
		expect(storage.parameters).toMatchObject({ usefipsendpoint: true });
	});

	test("by another endpoint than ours", () => {
		const endpoint = "https://minio.internal:9000";
		const { storage } = told("gitlab 18.2", AT_MINIO, KEYS, { endpoint });
		expect(storage.parameters).toMatchObject({ regionendpoint: endpoint });
		expect(storage.parameters).not.toHaveProperty("secure");
	});

	test("to which clients are sent, unless they are kept from it", () => {
		const notes = (redirectDisabled?: boolean) =>
			told("gitlab 18.2", AT_MINIO, KEYS, { redirectDisabled }).notes;
		expect(notes()).toEqual([expect.stringContaining("http://minio:9000")]);
		expect(notes(true)).toEqual([]);
	});

	test("with the driver of the operator's choice", () => {
		const { storage, notes } = told("gitlab 18.2", AT_MINIO, KEYS, {
			driver: "s3_v2",
		});
		expect(storage.driver).toBe("s3_v2");
		expect(notes.join()).toContain("s3_v2 is a beta in GitLab 18.2.0");
	});

	test("with parameters of the operator's own, which go before all others, and are said", () => {
		const set = { chunksize: 33554432, secretkey: "other-secret" };
		const { storage, notes } = told("gitlab 18.2", AT_MINIO, KEYS, { set });
		expect(storage.parameters).toMatchObject(set);
		expect(notes).toContain(
			"Set by hand, and not checked: chunksize, secretkey.",
		);
	});

	test.for<[string, string, Environment, Partial<TargetOptions>, RegExp]>([
		["gitlab 17.9", AT_MINIO, KEYS, { driver: "s3_v2" }, /no driver "s3_v2"/],
		["gitlab 19.0", AT_MINIO, KEYS, { driver: "s3" }, /no driver "s3"/],
		["distribution 3.1.2", AT_MINIO, KEYS, { driver: "s3_v2" }, /It has s3\./],
		["gitlab 18.2", "s3://reg", KEYS, {}, /its region is not known/],
		[
			"gitlab 18.2",
			AT_MINIO,
			{},
			{},
			/no keys that the registry could be given/,
		],
		[
			"gitlab 18.2",
			AT_MINIO,
			{ ...KEYS, AWS_SESSION_TOKEN: SECRET },
			{},
			/the keys are temporary/,
		],
		["gitlab 18.2", `${AT_MINIO}&sse=kms`, KEYS, {}, /kms-key-id=KEY/],
		[
			"distribution 2.8.2",
			`${AT_MINIO}&path-style=false`,
			KEYS,
			{},
			/names the bucket in the path wherever there is an endpoint/,
		],
		[
			"distribution 2.8.2",
			`${AT_MINIO}&storage-class=STANDARD_IA`,
			KEYS,
			{},
			/knows no storage class STANDARD_IA/,
		],
		[
			"distribution 3.1.2",
			`${AT_MINIO}&object-ownership=true`,
			KEYS,
			{},
			/acl=bucket-owner-full-control/,
		],
		[
			"gitlab 18.2",
			`${AT_MINIO}&chunk-size=5368709120`,
			KEYS,
			{},
			/no chunk-size above 2684354560/,
		],
		[
			"gitlab 18.2",
			"s3://reg?region=us-gov-west-1",
			{ ...KEYS, AWS_USE_FIPS_ENDPOINT: "true" },
			{},
			/FIPS/,
		],
	])("%s, %s: refused", ([product, url, environment, options, reason]) => {
		expect(refusal(product, url, environment, options)).toMatch(reason);
	});

	test.for([
		["distribution 3.1.2", "max-requests-per-second=350"],
		["distribution 2.8.2", "accelerate=true"],
		["gitlab 18.2", "dual-stack=true"],
		["distribution 2.8.2", "path-style=true"],
	])("%s, %s: said in a note", ([product = "", option = ""]) => {
		const { notes } = told(product, `s3://reg?region=x&${option}`);
		expect(notes.join()).toMatch(/this registry/i);
		expect(notes).toHaveLength(1);
	});
});

describe("Azure", () => {
	const AT = "az://acc/reg/pre?root-prefix=trimmed";
	const at = { accountname: "acc", container: "reg", rootdirectory: "/pre" };

	test.for<[string, Environment, string, object]>([
		[
			"distribution 3.1.2",
			AZURE_KEY,
			"azure",
			{ ...at, accountkey: SECRET, credentials: { type: "shared_key" } },
		],
		[
			"distribution 3.1.2",
			APPLICATION,
			"azure",
			{
				...at,
				credentials: {
					type: "client_secret",
					tenantid: "tenant",
					clientid: "client",
					secret: SECRET,
				},
			},
		],
		[
			"gitlab 18.2",
			AZURE_KEY,
			"azure",
			{ ...at, accountkey: SECRET, trimlegacyrootprefix: true },
		],
		[
			"gitlab 18.2",
			APPLICATION,
			"azure_v2",
			{
				...at,
				trimlegacyrootprefix: true,
				credentials_type: "client_secret",
				tenant_id: "tenant",
				client_id: "client",
				secret: SECRET,
			},
		],
		[
			"gitlab 19.0",
			AZURE_KEY,
			"azure_v2",
			{
				...at,
				accountkey: SECRET,
				credentials_type: "shared_key",
				trimlegacyrootprefix: true,
			},
		],
	])("%s", ([product, environment, driver, parameters]) => {
		const { storage } = told(product, AT, environment);
		expect(storage).toEqual({ driver, parameters });
	});

	test("Distribution 2, which knows neither a root directory nor trimmed names", () => {
		const url = "az://acc/reg?root-prefix=legacy";
		expect(
			told("distribution 2.8.2", url, AZURE_KEY).storage.parameters,
		).toEqual({ accountname: "acc", container: "reg", accountkey: SECRET });
	});

	test("by an identity of its machine", () => {
		const options = { credentials: "role" } as const;
		const parameters = (product: string) =>
			told(product, AT, AZURE_KEY, options).storage.parameters;
		expect(parameters("distribution 3.1.2")).toEqual({
			...at,
			credentials: { type: "default_credentials" },
		});
		expect(parameters("gitlab 18.2")).toEqual({
			...at,
			trimlegacyrootprefix: true,
			credentials_type: "default_credentials",
		});
	});

	test("links as append blobs, where the registry needs them so", () => {
		const url = `${AT}&append-blobs-below=136`;
		expect(told("distribution 3.1.1", url, AZURE_KEY).storage.driver).toBe(
			"azure",
		);
	});

	const ROLE = { credentials: "role" } as const;
	const SIGNATURE = { AZURE_STORAGE_SAS_TOKEN: `sig=${SECRET}` };
	test.for<[string, string, Environment, Partial<TargetOptions>, RegExp]>([
		["distribution 2.8.2", AT, AZURE_KEY, {}, /no root directory/],
		[
			"distribution 2.8.2",
			"az://acc/reg?root-prefix=trimmed",
			AZURE_KEY,
			{},
			/finds only blobs whose names begin with/,
		],
		[
			"distribution 2.8.2",
			"az://acc/reg?root-prefix=legacy&endpoint=https://a.example",
			AZURE_KEY,
			{},
			/cannot be told of an endpoint/,
		],
		[
			"distribution 2.8.2",
			"az://acc/reg?root-prefix=legacy",
			APPLICATION,
			{},
			/nothing but an account key/,
		],
		[
			"distribution 3.1.2",
			"az://acc/reg?root-prefix=legacy",
			AZURE_KEY,
			{},
			/finds no blob whose name begins with a "\/"/,
		],
		["distribution 3.1.1", AT, AZURE_KEY, {}, /append-blobs-below=136/],
		[
			"distribution 3.0.0",
			`${AT}&append-blobs-below=136`,
			{},
			ROLE,
			/Distribution 3\.0\.0 signs with an account key all the same/,
		],
		["gitlab 17.9", AT, {}, ROLE, /nothing but an account key/],
		["gitlab 17.9", AT, AZURE_KEY, { driver: "azure_v2" }, /It has azure\./],
		["gitlab 18.2", AT, SIGNATURE, {}, /no shared access signature/],
		[
			"gitlab 18.2",
			AT,
			{ ...AZURE_KEY, AZURE_STORAGE_ACCOUNT: "other" },
			{},
			/no key that the registry could be given/,
		],
		[
			"gitlab 18.2",
			"az://acc/reg",
			AZURE_KEY,
			{},
			/does not say whether names/,
		],
	])("%s, %s: refused", ([product, url, environment, options, reason]) => {
		expect(refusal(product, url, environment, options)).toMatch(reason);
	});
});

describe("Google Cloud Storage", () => {
	test("by a key file, which may be elsewhere for the registry", () => {
		const environment = { GOOGLE_APPLICATION_CREDENTIALS: "/root/key.json" };
		const keyFile = "/etc/docker/registry/storage/gcs.json";
		expect(
			told("gitlab 18.2", "gs://reg/pre", environment, { keyFile }),
		).toEqual({
			storage: {
				driver: "gcs",
				parameters: { bucket: "reg", rootdirectory: "/pre", keyfile: keyFile },
			},
			notes: [expect.stringContaining(keyFile)],
		});
	});

	test.for<[string, Environment, RegExp]>([
		["gs://reg?user-project=p", {}, /which project pays/],
		["gs://reg?endpoint=http://fake:4443", {}, /another server than Google's/],
		["gs://reg", {}, /no key/],
		["gs://reg", { GOOGLE_APPLICATION_CREDENTIALS: "k.json" }, /not absolute/],
		["gs://reg", { GOOGLE_CREDENTIALS: `{${SECRET}` }, /not JSON/],
		[
			"gs://reg",
			{ GOOGLE_CREDENTIALS: JSON.stringify({ type: "authorized_user" }) },
			/not that of a service account/,
		],
	])("%s: refused", ([url, environment, reason]) => {
		expect(refusal("gitlab 18.2", url, environment)).toMatch(reason);
	});
});

describe("parseProduct", () => {
	test.for<[string, ReturnType<typeof parseProduct>]>([
		["distribution 3.1.2", { name: "distribution", version: [3, 1, 2] }],
		["Distribution v2.8", { name: "distribution", version: [2, 8, 0] }],
		["gitlab 17.11.3-ee", { name: "gitlab", version: [17, 11, 3] }],
	])("reads %j", ([text, product]) => {
		expect(parseProduct(text)).toEqual(product);
	});

	test.for(["", "gitlab", "gitlab 18", "harbor 2.1", "18.2"])(
		"refuses %j",
		(text) => {
			expect(() => parseProduct(text)).toThrow(/does not say which registry/);
		},
	);
});
