import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseLocation as parseAzure } from "../../src/store/azure/location.ts";
import { parseLocation as parseGcs } from "../../src/store/gcs/location.ts";
import { parseLocation as parseS3 } from "../../src/store/s3/location.ts";
import { locationOf, refusalOf, SECRET } from "./configuration.ts";

const refused = (driver: string, parameters: Record<string, unknown>) =>
	refusalOf(() => locationOf(driver, parameters));

describe("every driver", () => {
	test.each(["swift", "oss", "inmemory", "Azure", "constructor"])(
		"but %s",
		(driver) => {
			const { message, suggestions } = refused(driver, {});
			expect(message).toContain(`no store for its storage driver "${driver}"`);
			expect(suggestions.join()).toContain("s3_v2");
		},
	);

	test.each([
		["s3", { bucket: "reg", region: "x" }],
		["s3_v2", { bucket: "reg", region: "x" }],
		["azure", { accountname: "acc", container: "reg" }],
		["azure_v2", { accountname: "acc", container: "reg" }],
		["gcs", { bucket: "reg" }],
		["filesystem", {}],
	])("%s refuses parameters that are not known", (driver, parameters) => {
		locationOf(driver, parameters);
		const unknown = { ...parameters, sharding: SECRET };
		const { message, suggestions } = refused(driver, unknown);
		expect(message).toContain(`${driver}.sharding is not known`);
		expect(suggestions.join()).toContain("copy of the file");
	});

	test.each([
		[{ encrypt: "perhaps" }, /s3\.encrypt is neither true nor false/],
		[{ chunksize: "10 MB" }, /s3\.chunksize is no whole number/],
		[{ chunksize: "010" }, /s3\.chunksize is no whole number/],
		[{ bucket: ["a"] }, /s3\.bucket is not a text/],
		[{ bucket: null }, /s3\.bucket is missing/],
		[{ bucket: "" }, /s3\.bucket is missing/],
		[{ rootdirectory: "a/../b" }, /rootdirectory has "\." or "\.\."/],
	])("%j is refused by the parameter's name", (parameters, reason) => {
		const { message } = refused("s3", {
			bucket: "reg",
			region: "x",
			...parameters,
		});
		expect(message).toMatch(reason);
	});

	test.each([
		["true", true],
		["True", true],
		["1", true],
		["yes", true],
		["on", true],
		["false", false],
		["0", false],
		["off", false],
		["", false],
		[null, false],
	])("takes %j for %s", (text, isTrue) => {
		const { url } = locationOf("s3", {
			bucket: "reg",
			region: "x",
			encrypt: text,
		});
		expect(url.includes("sse=aes256")).toBe(isTrue);
	});

	/** Source: the drivers' key rules (s3Path, pathToKey, blobName, PathToKey): the same for roots that they have. */
	test("puts objects below its root directory as the driver does", () => {
		const root = fc
			.array(
				fc
					.string({ unit: "grapheme", minLength: 1, maxLength: 8 })
					.filter((name) => !["", ".", ".."].includes(name.trim()))
					.map((name) => name.trim().replaceAll("/", "|")),
				{ maxLength: 3 },
			)
			.map((names) => names.join("/"));
		const slashes = fc.constantFrom("", "/", "//");
		fc.assert(
			fc.property(root, slashes, slashes, (name, before, after) => {
				const rootdirectory = `${before}${name}${after}`;
				const prefix = name === "" ? "" : `${name}/`;
				const url = (driver: string, rest: Record<string, unknown>) =>
					new URL(locationOf(driver, { ...rest, rootdirectory }).url);
				const s3 = url("s3", { bucket: "reg", region: "x" });
				expect(parseS3(s3).prefix).toBe(prefix);
				expect(parseGcs(url("gcs", { bucket: "reg" })).prefix).toBe(prefix);
				const azure = url("azure", { accountname: "acc", container: "reg" });
				expect(parseAzure(azure).root).toBe(name);
			}),
		);
	});
});

describe("filesystem", () => {
	test.each([
		[{}, "file:///var/lib/registry"],
		[
			{ rootdirectory: "/srv/a b#?%", maxthreads: "100" },
			"/srv/a%20b%23%3F%25",
		],
		[{ rootdirectory: "/srv/reg/" }, "file:///srv/reg/"],
	])("%j is %s", (parameters, url) => {
		const found = locationOf("filesystem", parameters);
		expect(found.url).toContain(url);
		expect(found.environment).toEqual({});
	});

	test.each([
		[{ rootdirectory: "./data" }, /no absolute path/],
		[{ rootdirectory: "" }, /rootdirectory is empty/],
		[{ rootdirectory: null }, /rootdirectory is empty/],
	])("%j is refused", (parameters, reason) => {
		expect(refused("filesystem", parameters).message).toMatch(reason);
	});
});

describe("gcs", () => {
	test.each([
		[{ bucket: "reg" }, "gs://reg", {}],
		[
			{ bucket: "reg", rootdirectory: "/pre/fix", chunksize: "5242880" },
			"gs://reg/pre/fix?chunk-size=5242880",
			{},
		],
		[
			{ bucket: "reg", keyfile: "/key.json", maxconcurrency: "9" },
			"gs://reg",
			{ GOOGLE_APPLICATION_CREDENTIALS: "/key.json" },
		],
		[
			{
				bucket: "reg",
				credentials: { type: "service_account", private_key: SECRET },
			},
			"gs://reg",
			{
				GOOGLE_CREDENTIALS: JSON.stringify({
					type: "service_account",
					private_key: SECRET,
				}),
			},
		],
	])("%j", (parameters, url, environment) => {
		expect(locationOf("gcs", parameters)).toEqual({ url, environment });
		parseGcs(new URL(url));
	});

	test.each([
		[{ bucket: "reg/pre" }, /not the name of a bucket/],
		[{ bucket: "reg", keyfile: "key.json" }, /keyfile is no absolute path/],
		[{ bucket: "reg", credentials: SECRET }, /credentials is not a map/],
		[
			{ bucket: "reg", credentials: { type: "authorized_user", a: SECRET } },
			/not those of a service account/,
		],
	])("%j is refused", (parameters, reason) => {
		expect(refused("gcs", parameters).message).toMatch(reason);
	});
});
