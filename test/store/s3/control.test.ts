import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Control } from "../../../src/store/s3/control.ts";
import { parseLocation } from "../../../src/store/s3/location.ts";

const VARIABLES = [
	"AWS_REGION",
	"AWS_DEFAULT_REGION",
	"AWS_ENDPOINT_URL",
	"AWS_ENDPOINT_URL_S3",
	"AWS_USE_FIPS_ENDPOINT",
	"AWS_USE_DUALSTACK_ENDPOINT",
	"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
];

beforeEach(() => {
	for (const name of VARIABLES) vi.stubEnv(name, undefined);
});
afterEach(() => {
	vi.unstubAllEnvs();
});

async function configured(
	url: string,
	environment: Readonly<Record<string, string>> = {},
) {
	for (const [name, value] of Object.entries(environment))
		vi.stubEnv(name, value);
	const control = await Control.open(parseLocation(new URL(url)));
	control.close();
	const { origin, path } = control.address;
	return [control.region, origin + path];
}

describe("region and endpoint", () => {
	test.each<[string, Record<string, string>, string, string]>([
		["s3://reg", {}, "us-east-1", "https://reg.s3.us-east-1.amazonaws.com"],
		[
			"s3://reg?region=eu-north-1",
			{},
			"eu-north-1",
			"https://reg.s3.eu-north-1.amazonaws.com",
		],
		[
			"s3://reg",
			{ AWS_REGION: "eu-north-1" },
			"eu-north-1",
			"https://reg.s3.eu-north-1.amazonaws.com",
		],
		[
			"s3://reg?region=eu-west-1",
			{ AWS_REGION: "eu-north-1" },
			"eu-west-1",
			"https://reg.s3.eu-west-1.amazonaws.com",
		],
		[
			"s3://reg?region=cn-north-1",
			{},
			"cn-north-1",
			"https://reg.s3.cn-north-1.amazonaws.com.cn",
		],
		[
			"s3://reg?region=us-gov-west-1",
			{},
			"us-gov-west-1",
			"https://reg.s3.us-gov-west-1.amazonaws.com",
		],
		[
			"s3://reg?region=us-west-2",
			{ AWS_USE_FIPS_ENDPOINT: "true" },
			"us-west-2",
			"https://reg.s3-fips.us-west-2.amazonaws.com",
		],
		[
			"s3://reg?region=us-west-2",
			{ AWS_USE_DUALSTACK_ENDPOINT: "true" },
			"us-west-2",
			"https://reg.s3.dualstack.us-west-2.amazonaws.com",
		],
		[
			"s3://reg?endpoint=http://127.0.0.1:9000",
			{},
			"us-east-1",
			"http://127.0.0.1:9000/reg",
		],
		[
			"s3://reg",
			{ AWS_ENDPOINT_URL: "http://127.0.0.1:9000" },
			"us-east-1",
			"http://127.0.0.1:9000/reg",
		],
		[
			"s3://reg",
			{ AWS_ENDPOINT_URL_S3: "http://127.0.0.1:9000/" },
			"us-east-1",
			"http://127.0.0.1:9000/reg",
		],
		[
			"s3://reg?endpoint=http://127.0.0.1:1",
			{ AWS_ENDPOINT_URL: "http://127.0.0.1:2" },
			"us-east-1",
			"http://127.0.0.1:1/reg",
		],
		[
			"s3://reg?region=us-west-2&dual-stack=true",
			{},
			"us-west-2",
			"https://reg.s3.dualstack.us-west-2.amazonaws.com",
		],
		[
			"s3://reg?region=us-west-2&dual-stack=false",
			{ AWS_USE_DUALSTACK_ENDPOINT: "true" },
			"us-west-2",
			"https://reg.s3.us-west-2.amazonaws.com",
		],
		[
			"s3://reg?region=us-west-2&accelerate=true",
			{},
			"us-west-2",
			"https://reg.s3-accelerate.amazonaws.com",
		],
		[
			"s3://reg?accelerate=true&dual-stack=true",
			{},
			"us-east-1",
			"https://reg.s3-accelerate.dualstack.amazonaws.com",
		],
	])(
		"of %s with %j are %s and %s",
		async (url, environment, region, origin) => {
			expect(await configured(url, environment)).toEqual([region, origin]);
		},
	);

	test.each([
		"http://127.0.0.1:9000/base",
		"127.0.0.1:9000",
		"http://u:hunter2@h",
	])(
		"that cannot be honoured are refused: AWS_ENDPOINT_URL=%s",
		async (endpoint) => {
			const opened = configured("s3://reg", { AWS_ENDPOINT_URL: endpoint });
			await expect(opened).rejects.toMatchObject({ code: "unsupported" });
			await expect(opened).rejects.not.toThrow(/hunter2/);
		},
	);
});

/** How requests reach a bucket. */
describe("a bucket", () => {
	const AWS = "https://s3.us-east-1.amazonaws.com";

	test.each([
		["s3://reg", "https://reg.s3.us-east-1.amazonaws.com", "in the host name"],
		["s3://reg?path-style=true", `${AWS}/reg`, "in the path, as told"],
		["s3://my.reg", `${AWS}/my.reg`, "in the path, having dots"],
		["s3://MyReg", `${AWS}/MyReg`, "in the path, having upper case"],
		["s3://reg?endpoint=http://h:9000", "http://h:9000/reg", "in the path"],
		[
			"s3://reg?endpoint=http://h:9000&path-style=false",
			"http://reg.h:9000",
			"in the host name, as told",
		],
		[
			"s3://reg?endpoint=https://bucket.vpce-1.s3.us-east-1.vpce.amazonaws.com",
			"https://bucket.vpce-1.s3.us-east-1.vpce.amazonaws.com/reg",
			"in the path of a VPC endpoint",
		],
	])("%s is reached at %s: %s", async (url, address) => {
		expect(await configured(url)).toEqual(["us-east-1", address]);
	});

	test("is the same on whatever way it is reached", async () => {
		const ways = [
			"s3://reg/p",
			"s3://reg/p?path-style=true",
			"s3://reg/p?accelerate=true",
			"s3://reg/p?dual-stack=true",
			`s3://reg/p?endpoint=${AWS}`,
		];
		for (const way of ways) {
			const control = await Control.open(parseLocation(new URL(way)));
			control.close();
			expect(control.address.identity).toBe(`${AWS}/reg/`);
		}
	});

	test.each([
		["s3://reg?region=cn-north-1&accelerate=true", {}, /Accelerate/],
		["s3://reg?accelerate=true", { AWS_USE_FIPS_ENDPOINT: "true" }, /FIPS/],
		[
			"s3://reg?accelerate=true",
			{ AWS_ENDPOINT_URL: "http://127.0.0.1:9000" },
			/accelerate is for AWS's own endpoints/,
		],
		[
			"s3://reg?dual-stack=true",
			{ AWS_ENDPOINT_URL: "http://127.0.0.1:9000" },
			/dual-stack is for AWS's own endpoints/,
		],
		[
			"s3://reg?path-style=false",
			{ AWS_ENDPOINT_URL: "http://127.0.0.1:9000" },
			/an IP address/,
		],
	])("%s with %j is refused", async (url, environment, reason) => {
		await expect(configured(url, environment)).rejects.toMatchObject({
			code: "unsupported",
			reason: expect.stringMatching(reason),
		});
	});
});
