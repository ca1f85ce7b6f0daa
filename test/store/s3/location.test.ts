import { describe, expect, test } from "vitest";
import { StoreError } from "../../../src/store/errors.ts";
import { parseLocation, wholeOrigin } from "../../../src/store/s3/location.ts";

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
				region: undefined,
				endpoint: undefined,
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

	test("names a region, and may say what holds anyway", () => {
		const url = new URL("s3://reg?region=eu-north-1&path-style=true");
		expect(parseLocation(url).region).toBe("eu-north-1");
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
		["s3://reg?path-style=false", /path-style/],
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
