import { describe, expect, test } from "vitest";
import { StoreError } from "../../../src/store/errors.ts";
import {
	parseLocation,
	type S3Location,
	wholeOrigin,
} from "../../../src/store/s3/location.ts";
import { settingHeaders } from "../../../src/store/s3/object-settings.ts";

function refusalOf(act: () => unknown): StoreError {
	try {
		act();
	} catch (error) {
		if (error instanceof StoreError) return error;
		throw error;
	}
	throw new Error("it was not refused");
}

function textOf(error: StoreError): string {
	return [error.message, ...error.suggestions, JSON.stringify(error)].join();
}

/** What holds where the URL says nothing. */
const UNTOLD = {
	region: undefined,
	endpoint: undefined,
	pathStyle: undefined,
	accelerate: false,
	dualStack: undefined,
	verifiesServer: true,
	objects: {
		encryption: undefined,
		kmsKeyId: undefined,
		storageClass: undefined,
		acl: undefined,
	},
	chunkBytes: 8 * 1024 * 1024,
	multipartThreshold: 8 * 1024 * 1024,
	requestsPerSecond: undefined,
};

const ENDPOINT = "endpoint=https://s3.example.com";

describe("a bucket's URL", () => {
	test.each([
		["s3://reg", "reg", "", "s3://reg"],
		["s3://reg/", "reg", "", "s3://reg"],
		["s3://reg/pre", "reg", "pre/", "s3://reg/pre"],
		["s3://reg/pre/", "reg", "pre/", "s3://reg/pre"],
		["s3://reg//pre/fix//", "reg", "pre/fix/", "s3://reg/pre/fix"],
		["s3://reg/pre//fix", "reg", "pre//fix/", "s3://reg/pre//fix"],
		["s3://my.reg-1/p", "my.reg-1", "p/", "s3://my.reg-1/p"],
		["s3://reg/a%20b%25c%23d", "reg", "a b%c#d/", "s3://reg/a b%c#d"],
		["s3://reg/ü", "reg", "ü/", "s3://reg/ü"],
		["S3://reg/p", "reg", "p/", "s3://reg/p"],
	])(
		"%s names the bucket %j and the prefix %j",
		(text, bucket, prefix, url) => {
			expect(parseLocation(new URL(text))).toEqual({
				url,
				bucket,
				prefix,
				...UNTOLD,
			});
		},
	);

	test.each([
		["endpoint=http://127.0.0.1:9000", "http://127.0.0.1:9000"],
		["endpoint=https://s3.example.com/", "https://s3.example.com"],
		["endpoint=https%3A%2F%2Fs3.example.com%3A443", "https://s3.example.com"],
		["endpoint=http://[::1]:9000", "http://[::1]:9000"],
	])("with %s names a server", (option, endpoint) => {
		expect(parseLocation(new URL(`s3://reg?${option}`)).endpoint).toBe(
			endpoint,
		);
	});

	test.each<[string, Partial<S3Location>]>([
		["region=eu-north-1", { region: "eu-north-1" }],
		["path-style=true", { pathStyle: true }],
		["path-style=false", { pathStyle: false }],
		[`${ENDPOINT}&path-style=false`, { pathStyle: false }],
		["accelerate=true&dual-stack=true", { accelerate: true, dualStack: true }],
		["accelerate=false", { accelerate: false }],
		[`${ENDPOINT}&dual-stack=false`, { dualStack: false }],
		["tls-verify=false", { verifiesServer: false }],
		["tls-verify=true", { verifiesServer: true }],
		["chunk-size=5242880", { chunkBytes: 5 * 1024 ** 2 }],
		["chunk-size=5368709120", { chunkBytes: 5 * 1024 ** 3 }],
		["multipart-threshold=104857600", { multipartThreshold: 100 * 1024 ** 2 }],
		["max-requests-per-second=350", { requestsPerSecond: 350 }],
	])("with %s says %j", (options, told) => {
		expect(parseLocation(new URL(`s3://reg?${options}`))).toMatchObject(told);
	});

	test.each<[string, Partial<S3Location["objects"]>]>([
		["sse=aes256", { encryption: "AES256" }],
		["sse=AES256", { encryption: "AES256" }],
		["sse=kms", { encryption: "aws:kms" }],
		["sse=aws:kms", { encryption: "aws:kms" }],
		[
			"sse=kms&kms-key-id=arn:aws:kms:eu-west-1:1:key/2",
			{ encryption: "aws:kms", kmsKeyId: "arn:aws:kms:eu-west-1:1:key/2" },
		],
		["storage-class=standard_ia", { storageClass: "STANDARD_IA" }],
		["storage-class=GLACIER_IR", { storageClass: "GLACIER_IR" }],
		["storage-class=OUTPOSTS", { storageClass: "OUTPOSTS" }],
		["storage-class=NONE", { storageClass: undefined }],
		["acl=bucket-owner-full-control", { acl: "bucket-owner-full-control" }],
		["acl=private&object-ownership=false", { acl: "private" }],
		["object-ownership=true", { acl: undefined }],
	])("with %s wants objects to lie so: %j", (options, objects) => {
		expect(parseLocation(new URL(`s3://reg?${options}`)).objects).toEqual({
			...UNTOLD.objects,
			...objects,
		});
	});

	test.each([
		["s3:///prefix", /names no bucket/],
		["s3://reg:9000/prefix", /port/],
		["s3://reg/a#b", /"#"/],
		["s3://reg/100%", /percent-encoded/],
		["s3://reg--use1-az4--x-s3", /in order/],
		["s3://reg?regoin=x", /option "regoin" is not known/],
		["s3://reg?region=", /option "region" is empty/],
		["s3://reg?endpoint=", /option "endpoint" is empty/],
		["s3://reg?region=a&region=b", /more than once/],
		["s3://reg?path-style=no", /path-style has another value/],
		["s3://my.reg?path-style=false", /cannot be part of a host name/],
		["s3://Reg?path-style=false", /cannot be part of a host name/],
		["s3://my_reg?path-style=false", /cannot be part of a host name/],
		[
			"s3://reg?path-style=false&endpoint=http://127.0.0.1:9000",
			/an IP address/,
		],
		["s3://reg?path-style=false&endpoint=http://[::1]:9000", /an IP address/],
		["s3://reg?accelerate=1", /accelerate has another value/],
		["s3://my.reg?accelerate=true", /accelerate needs the bucket's name/],
		["s3://reg?accelerate=true&path-style=true", /exclude each other/],
		[`s3://reg?accelerate=true&${ENDPOINT}`, /accelerate is for AWS's own/],
		[`s3://reg?dual-stack=true&${ENDPOINT}`, /dual-stack is for AWS's own/],
		["s3://reg?tls-verify=0", /tls-verify has another value/],
		["s3://reg?chunk-size=5242879", /chunk-size is no number of bytes/],
		["s3://reg?chunk-size=5368709121", /chunk-size is no number of bytes/],
		["s3://reg?chunk-size=8MiB", /chunk-size is no number of bytes/],
		["s3://reg?chunk-size=1e7", /chunk-size is no number of bytes/],
		["s3://reg?multipart-threshold=0", /multipart-threshold is no number/],
		["s3://reg?max-requests-per-second=0", /max-requests-per-second is no/],
		["s3://reg?max-requests-per-second=1.5", /max-requests-per-second is no/],
		["s3://reg?sse=c", /SSE-C is not supported/],
		["s3://reg?sse=des", /sse has another value/],
		["s3://reg?kms-key-id=k", /kms-key-id needs encryption/],
		["s3://reg?sse=aes256&kms-key-id=k", /kms-key-id needs encryption/],
		["s3://reg?sse=kms&kms-key-id=a%0d%0ab", /characters that no key id has/],
		["s3://reg?storage-class=GLACIER", /must be restored first/],
		["s3://reg?storage-class=deep_archive", /must be restored first/],
		["s3://reg?storage-class=EXPRESS_ONEZONE", /directory buckets/],
		["s3://reg?storage-class=COLD", /not a storage class/],
		["s3://reg?acl=everybody", /not a canned ACL/],
		["s3://reg?acl=private&object-ownership=true", /exclude each other/],
		["s3://reg?object-ownership=yes", /object-ownership has another value/],
		["s3://reg?endpoint=127.0.0.1:9000", /not the URL of a server/],
		["s3://reg?endpoint=s3.example.com", /not the URL of a server/],
		["s3://reg?endpoint=ftp://s3.example.com", /not the URL of a server/],
		["s3://reg?endpoint=http://h/s3", /more than a scheme/],
		["s3://reg?endpoint=http://h/?a=b", /more than a scheme/],
		["s3://reg?endpoint=http://h/%23", /more than a scheme/],
	])("%s is refused, not read in part", (text, reason) => {
		const error = refusalOf(() => parseLocation(new URL(text)));
		expect(error.code).toBe("unsupported");
		expect(error.reason).toMatch(reason);
	});

	test.each([
		"s3://AKIA:hunter2@reg/prefix",
		"s3://hunter2@reg",
		"s3://:hunter2@reg",
		"s3://reg?endpoint=http://user:hunter2@host",
		"s3://reg?endpoint=http://:hunter2@host",
		"s3://reg?endpoint=ftp://user:hunter2@host",
		"s3://reg?endpoint=user:hunter2@host",
		"s3://reg?customer-key=hunter2",
		"s3://reg?sse-customer-key=hunter2",
		"s3://reg?sse=c&sse-customer-key=hunter2",
	])("%s is refused without showing the secret (I7)", (text) => {
		const error = refusalOf(() => parseLocation(new URL(text)));
		expect(error.code).toBe("unsupported");
		expect(textOf(error)).not.toContain("hunter2");
	});
});

describe("an endpoint that is configured elsewhere", () => {
	test.each(["http://h:9000", "http://h:9000/"])("may be %s", (text) => {
		expect(wholeOrigin(text, { url: "s3://reg" })).toBe("http://h:9000");
	});

	test.each([
		"http://h/base",
		"h:9000",
		"http://u:hunter2@h",
		"http://h#x",
		"",
	])("may not be %j", (text) => {
		const error = refusalOf(() => wholeOrigin(text, { url: "s3://reg" }));
		expect(error).toMatchObject({ code: "unsupported", store: "s3://reg" });
		expect(textOf(error)).not.toContain("hunter2");
	});
});

describe("how objects are to lie", () => {
	test.each<[string, Record<string, string>]>([
		["", {}],
		["sse=aes256", { "x-amz-server-side-encryption": "AES256" }],
		[
			"sse=kms&kms-key-id=k&storage-class=standard_ia&acl=private",
			{
				"x-amz-server-side-encryption": "aws:kms",
				"x-amz-server-side-encryption-aws-kms-key-id": "k",
				"x-amz-storage-class": "STANDARD_IA",
				"x-amz-acl": "private",
			},
		],
		["storage-class=NONE&object-ownership=true", {}],
	])("is said in headers: %s", (options, headers) => {
		const { objects } = parseLocation(new URL(`s3://reg?${options}`));
		expect(settingHeaders(objects)).toEqual(headers);
	});
});
