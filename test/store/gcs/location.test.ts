import { describe, expect, test } from "vitest";
import { StoreError } from "../../../src/store/errors.ts";
import { parseLocation } from "../../../src/store/gcs/location.ts";

function refusal(text: string): StoreError {
	try {
		parseLocation(new URL(text));
	} catch (error) {
		if (error instanceof StoreError) return error;
		throw error;
	}
	throw new Error(`${text} is not refused`);
}

describe("parseLocation", () => {
	test.each([
		["gs://bucket", "", "gs://bucket"],
		["gs://bucket/", "", "gs://bucket"],
		["gs://bucket/pre", "pre/", "gs://bucket/pre"],
		["gs://bucket//pre/fix//", "pre/fix/", "gs://bucket/pre/fix"],
		["gs://bucket/a%20b%23", "a b#/", "gs://bucket/a b#"],
		["gs://bucket/a//b", "a//b/", "gs://bucket/a//b"],
		["gs://bucket/%20a", "a/", "gs://bucket/a"],
		["gs://my_bucket.example/x", "x/", "gs://my_bucket.example/x"],
	])(
		"%j has the prefix that the registry's driver would use",
		(text, prefix, url) => {
			expect(parseLocation(new URL(text))).toMatchObject({ prefix, url });
		},
	);

	test("takes what nobody names from the registry's driver", () => {
		expect(parseLocation(new URL("gs://bucket"))).toEqual({
			url: "gs://bucket",
			bucket: "bucket",
			prefix: "",
			endpoint: undefined,
			chunkBytes: 16 * 1024 * 1024,
			userProject: undefined,
		});
	});

	test("reads every option, and shows none", () => {
		const text =
			"gs://bucket/pre?endpoint=https://127.0.0.1:4443/&chunk-size=524288&user-project=payer-1";
		expect(parseLocation(new URL(text))).toEqual({
			url: "gs://bucket/pre",
			bucket: "bucket",
			prefix: "pre/",
			endpoint: "https://127.0.0.1:4443",
			chunkBytes: 524288,
			userProject: "payer-1",
		});
	});

	test.each([
		["gs:///pre", "no bucket"],
		["gs://bucket:1/pre", "port"],
		["gs://bucket/pre#x", '"#"'],
		["gs://bucket/100%", "percent-encoded"],
		["gs://bucket?region=eu", '"region" is not known'],
		["gs://bucket?endpoint=", '"endpoint" is empty'],
		["gs://bucket?user-project=a&user-project=b", "more than once"],
		["gs://bucket?endpoint=host:1", "endpoint is not the URL"],
		["gs://bucket?endpoint=ftp://host", "endpoint is not the URL"],
		["gs://bucket?endpoint=https://host/path", "more than a scheme"],
	])("%j is refused: %s", (text, reason) => {
		const error = refusal(text);
		expect(error.code).toBe("unsupported");
		expect(error.reason).toContain(reason);
	});

	test.each([
		"0",
		"1",
		"262143",
		"262145",
		"-262144",
		"1e9",
		"16M",
		"1073741824",
	])("the chunk size %j is refused, with what to write", (size) => {
		const error = refusal(`gs://bucket?chunk-size=${size}`);
		expect(error.code).toBe("unsupported");
		expect(error.suggestions.join()).toContain("multiple of 262144");
	});

	test.each([
		"gs://user:a-secret@bucket/pre",
		"gs://a-secret@bucket/pre",
		"gs://bucket?endpoint=https://user:a-secret@host",
		"gs://bucket?access_token=a-secret",
	])("credentials in %j are refused, and not shown (I7)", (text) => {
		const error = refusal(text);
		expect(error.code).toBe("unsupported");
		expect(`${error.message} ${error.suggestions}`).not.toContain("a-secret");
	});
});
