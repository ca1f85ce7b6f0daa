import { expect, test } from "vitest";
import type { EffectiveSettings } from "../../../src/registry/settings.ts";
import { switchBlockers } from "../../../src/registry/target/blockers.ts";
import { SECRET } from "../configuration.ts";

const S3 = {
	driver: "s3",
	parameters: { bucket: "reg", regionendpoint: "https://minio:9000" },
};

function codes(
	found: Partial<EffectiveSettings>,
	settings: Parameters<typeof switchBlockers>[1] = { storage: S3 },
): readonly string[] {
	const blockers = switchBlockers(
		{
			storage: { driver: "filesystem", parameters: {} },
			readOnly: false,
			redirectDisabled: false,
			onlineGarbageCollection: true,
			database: undefined,
			drainMs: 0,
			tree: {},
			overrides: [],
			...found,
		},
		settings,
	);
	const text = JSON.stringify(blockers);
	expect(text).not.toContain(SECRET);
	return blockers.map(({ code, message }) => `${code}: ${message}`);
}

const cdn = {
	name: "cloudfront",
	options: { baseurl: `https://user:${SECRET}@d1.cloudfront.net/x` },
};

test("nothing keeps a plain registry", () => {
	expect(codes({})).toEqual([]);
});

test("a CDN goes on to serve the old storage", () => {
	expect(codes({ tree: { middleware: { storage: [cdn] } } })).toEqual([
		'middleware: Its storage middleware "cloudfront" sends clients to d1.cloudfront.net for blobs, which serves the old storage.',
	]);
	const redirect = { name: "redirect", options: { baseurl: "cdn.example/x" } };
	const other = { name: "anything" };
	expect(
		codes({ tree: { middleware: { storage: [redirect, other] } } }),
	).toEqual([
		expect.stringContaining("cdn.example"),
		expect.stringContaining('"anything" sends clients elsewhere'),
	]);
});

test.for([
	{ middleware: { storage: [{ ...cdn, disabled: true }] } },
	{ middleware: { storage: [{ ...cdn, disabled: "True" }] } },
	{ middleware: { storage: [{ ...cdn, disabled: "yes" }] } },
	{ middleware: { registry: [cdn] } },
	{ middleware: { storage: {} } },
	{ middleware: null },
	{ proxy: {} },
])("%j is none", (tree) => {
	expect(codes({ tree })).toEqual([]);
});

test.for<[string, boolean]>([
	["REGISTRY_STORAGE", true],
	["REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", true],
	["REGISTRY_STORAGE_S3_BUCKET", true],
	["REGISTRY_STORAGE_S3_SECRETKEY", false],
	["REGISTRY_STORAGE_AZURE_ACCOUNTKEY", true],
	["REGISTRY_STORAGE_MAINTENANCE_READONLY", false],
	["REGISTRY_STORAGE_CACHE", false],
	["REGISTRY_STORAGE_DELETE_ENABLED", false],
	["REGISTRY_STORAGE_REDIRECT_DISABLE", false],
	["REGISTRY_STORAGE_CACHES3_BUCKET", true],
	["REGISTRY_HTTP_SECRET", false],
])("the variable %s: %s", ([name, isOne]) => {
	const found = codes({ overrides: [name] });
	expect(found).toEqual(
		isOne ? [expect.stringContaining(`The variable ${name} `)] : [],
	);
});

test("a variable that goes before a key that is written is one", () => {
	const storage = { driver: "s3", parameters: { secretkey: SECRET } };
	const overrides = ["REGISTRY_STORAGE_S3_SECRETKEY"];
	expect(codes({ overrides }, { storage })).toHaveLength(1);
});

test.for<[string, boolean, boolean | undefined, number]>([
	["http://127.0.0.1:9000", false, undefined, 1],
	["http://localhost:9000", false, undefined, 1],
	["http://[::1]:9000", false, undefined, 1],
	["http://127.0.0.1:9000", true, undefined, 0],
	["http://127.0.0.1:9000", false, true, 0],
	["http://127.0.0.1:9000", true, false, 1],
	["http://minio:9000", false, undefined, 0],
])(
	"clients at %s, redirects disabled today (%s) and then (%s)",
	([regionendpoint, redirectDisabled, then, count]) => {
		const storage = { driver: "s3", parameters: { regionendpoint } };
		const settings = { storage, redirectDisabled: then };
		expect(codes({ redirectDisabled }, settings)).toHaveLength(count);
	},
);

test("a cache of another registry cannot be held still", () => {
	const tree = { proxy: { remoteurl: "https://registry-1.docker.io" } };
	expect(codes({ tree })).toEqual([expect.stringContaining("proxy: ")]);
});
