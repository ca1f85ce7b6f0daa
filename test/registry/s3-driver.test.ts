import { describe, expect, test } from "vitest";
import { parseLocation } from "../../src/store/s3/location.ts";
import { locationOf, refusalOf, SECRET } from "./configuration.ts";

const AT = { bucket: "reg", region: "eu-west-1" };
const MINIO = { ...AT, regionendpoint: "http://minio:9000" };
const AT_MINIO = "region=eu-west-1&endpoint=http%3A%2F%2Fminio%3A9000";

describe.each(["s3", "s3aws", "s3_v2"])("%s", (driver) => {
	const optionsOf = (parameters: Record<string, unknown>) => {
		const { url } = locationOf(driver, parameters);
		parseLocation(new URL(url));
		return new URL(url).search.slice(1);
	};

	test.each([
		["where the bucket is", AT, "region=eu-west-1"],
		["a compatible server", MINIO, AT_MINIO],
		[
			"a server without a scheme",
			{ ...AT, regionendpoint: "minio:9000" },
			"region=eu-west-1&endpoint=https%3A%2F%2Fminio%3A9000",
		],
		[
			"a server without a scheme or TLS",
			{ ...AT, regionendpoint: "minio:9000", secure: "false" },
			AT_MINIO,
		],
		[
			"Distribution 3 needs no region with an endpoint",
			{ bucket: "reg", regionendpoint: "http://minio:9000" },
			"endpoint=http%3A%2F%2Fminio%3A9000",
		],
		["AWS without TLS", { ...AT, secure: "false" }, "region=eu-west-1"],
		// How the bucket is addressed.
		[
			"Distribution 3 on MinIO",
			{ ...MINIO, forcepathstyle: "true" },
			`${AT_MINIO}&path-style=true`,
		],
		[
			"GitLab on MinIO",
			{ ...MINIO, pathstyle: "true" },
			`${AT_MINIO}&path-style=true`,
		],
		[
			"GitLab, the host's",
			{ ...MINIO, pathstyle: "false" },
			`${AT_MINIO}&path-style=false`,
		],
		[
			"dots that no certificate covers",
			{ ...MINIO, bucket: "r.e.g", pathstyle: "false" },
			AT_MINIO,
		],
		["AWS, the host's", { ...AT, forcepathstyle: "false" }, "region=eu-west-1"],
		[
			"GitLab's word goes before Distribution's",
			{ ...AT, pathstyle: "true", forcepathstyle: "false" },
			"region=eu-west-1&path-style=true",
		],
		[
			"edge locations",
			{ ...AT, accelerate: "true" },
			"region=eu-west-1&accelerate=true",
		],
		[
			"IPv6",
			{ ...AT, usedualstack: "true" },
			"region=eu-west-1&dual-stack=true",
		],
		["IPv6 elsewhere", { ...MINIO, usedualstack: "true" }, AT_MINIO],
		[
			"any certificate",
			{ ...MINIO, skipverify: "true" },
			`${AT_MINIO}&tls-verify=false`,
		],
		["a checked certificate", { ...MINIO, skipverify: "false" }, AT_MINIO],
		// How objects lie there.
		["encryption", { ...AT, encrypt: "true" }, "region=eu-west-1&sse=aes256"],
		[
			"encryption with a key",
			{ ...AT, encrypt: "true", keyid: "alias/reg" },
			"region=eu-west-1&sse=kms&kms-key-id=alias%2Freg",
		],
		[
			"a storage class",
			{ ...AT, storageclass: "standard_ia" },
			"region=eu-west-1&storage-class=STANDARD_IA",
		],
		[
			"no storage class",
			{ ...AT, storageclass: "NONE" },
			"region=eu-west-1&storage-class=NONE",
		],
		[
			"an ACL",
			{ ...AT, objectacl: "bucket-owner-full-control" },
			"region=eu-west-1&acl=bucket-owner-full-control",
		],
		[
			"the bucket owner's objects",
			{ ...AT, objectownership: "true" },
			"region=eu-west-1&object-ownership=true",
		],
		// How they get there.
		[
			"a part's size",
			{ ...AT, chunksize: "0x1000000" },
			"region=eu-west-1&chunk-size=16777216",
		],
		[
			"a rate",
			{ ...AT, maxrequestspersecond: "350" },
			"region=eu-west-1&max-requests-per-second=350",
		],
		["no rate", { ...AT, maxrequestspersecond: "0" }, "region=eu-west-1"],
		// What says nothing of objects.
		[
			"all the rest",
			{
				...AT,
				v4auth: "true",
				multipartcopychunksize: "33554432",
				multipartcopymaxconcurrency: "100",
				multipartcopythresholdsize: "33554432",
				checksum_disabled: "true",
				checksum_algorithm: "CRC32",
				redirectendpoint: "https://elsewhere",
				useragent: "x",
				loglevel: "debug",
				maxretries: "5",
				parallelwalk: "true",
			},
			"region=eu-west-1",
		],
	])("%s", (_what, parameters, options) => {
		expect(optionsOf(parameters)).toBe(options);
	});

	test.each([
		["none: those that the AWS tools find", {}, {}],
		["empty ones", { accesskey: "", secretkey: null }, {}],
		[
			"a key",
			{ accesskey: "AKIA", secretkey: SECRET },
			{ AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: SECRET },
		],
		[
			"a session's key",
			{ accesskey: "AKIA", secretkey: SECRET, sessiontoken: `${SECRET}2` },
			{
				AWS_ACCESS_KEY_ID: "AKIA",
				AWS_SECRET_ACCESS_KEY: SECRET,
				AWS_SESSION_TOKEN: `${SECRET}2`,
			},
		],
		[
			"FIPS endpoints",
			{ usefipsendpoint: "true" },
			{ AWS_USE_FIPS_ENDPOINT: "true" },
		],
	])("credentials: %s", (_what, parameters, environment) => {
		const location = locationOf(driver, { ...AT, ...parameters });
		expect(location.environment).toEqual(environment);
	});

	test.each([
		[{ region: "x" }, /bucket is missing/],
		[{ bucket: "reg" }, /region is missing/],
		[{ ...AT, bucket: "reg/pre" }, /not the name of a bucket/],
		[{ ...AT, v4auth: "false" }, /signatures of version 2/],
		[{ ...AT, keyid: "key" }, /encrypt is not true/],
		[{ ...AT, accesskey: "AKIA" }, /only a part of accesskey and secretkey/],
		[{ ...AT, secretkey: SECRET }, /only a part/],
		[{ ...AT, sessiontoken: SECRET }, /only a part/],
	])("%j is refused", (parameters, reason) => {
		const error = refusalOf(() => locationOf(driver, parameters));
		expect(error.message).toMatch(reason);
	});
});
