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
	return [control.region, control.origin];
}

describe("region and endpoint", () => {
	test.each<[string, Record<string, string>, string, string]>([
		["s3://reg", {}, "us-east-1", "https://s3.us-east-1.amazonaws.com"],
		[
			"s3://reg?region=eu-north-1",
			{},
			"eu-north-1",
			"https://s3.eu-north-1.amazonaws.com",
		],
		[
			"s3://reg",
			{ AWS_REGION: "eu-north-1" },
			"eu-north-1",
			"https://s3.eu-north-1.amazonaws.com",
		],
		[
			"s3://reg?region=eu-west-1",
			{ AWS_REGION: "eu-north-1" },
			"eu-west-1",
			"https://s3.eu-west-1.amazonaws.com",
		],
		[
			"s3://reg?region=cn-north-1",
			{},
			"cn-north-1",
			"https://s3.cn-north-1.amazonaws.com.cn",
		],
		[
			"s3://reg?region=us-gov-west-1",
			{},
			"us-gov-west-1",
			"https://s3.us-gov-west-1.amazonaws.com",
		],
		[
			"s3://reg?region=us-west-2",
			{ AWS_USE_FIPS_ENDPOINT: "true" },
			"us-west-2",
			"https://s3-fips.us-west-2.amazonaws.com",
		],
		[
			"s3://reg?region=us-west-2",
			{ AWS_USE_DUALSTACK_ENDPOINT: "true" },
			"us-west-2",
			"https://s3.dualstack.us-west-2.amazonaws.com",
		],
		[
			"s3://reg?endpoint=http://127.0.0.1:9000",
			{},
			"us-east-1",
			"http://127.0.0.1:9000",
		],
		[
			"s3://reg",
			{ AWS_ENDPOINT_URL: "http://127.0.0.1:9000" },
			"us-east-1",
			"http://127.0.0.1:9000",
		],
		[
			"s3://reg",
			{ AWS_ENDPOINT_URL_S3: "http://127.0.0.1:9000/" },
			"us-east-1",
			"http://127.0.0.1:9000",
		],
		[
			"s3://reg?endpoint=http://127.0.0.1:1",
			{ AWS_ENDPOINT_URL: "http://127.0.0.1:2" },
			"us-east-1",
			"http://127.0.0.1:1",
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
