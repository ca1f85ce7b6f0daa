import { describe, expect, test } from "vitest";
import { effectiveSettings } from "../../../src/registry/distribution/effective-settings.ts";
import { overriddenBy } from "./overridden-by.ts";

const FILE = `
version: 0.1
storage:
  filesystem: {rootdirectory: /var/lib/registry}
  maintenance: {readonly: {enabled: false}, uploadpurging: {enabled: true}}
http: {addr: ":5000", draintimeout: 1m30s}
`;

describe("a variable", () => {
	test("overrides what its name leads to, whatever its case", () => {
		const settings = effectiveSettings(
			FILE,
			{
				REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: "/srv",
				REGISTRY_STORAGE_MAINTENANCE_READONLY: '{"enabled": true}',
				REGISTRY_STORAGE_REDIRECT_DISABLE: "true",
				REGISTRY_HTTP_DRAINTIMEOUT: "5s",
				REGISTRY_PASSWORD: "no section has this name",
				PATH: "/bin",
			},
			"config.yml",
		);
		expect(settings).toMatchObject({
			storage: { driver: "filesystem", parameters: { rootdirectory: "/srv" } },
			readOnly: true,
			redirectDisabled: true,
			drainMs: 5000,
			overrides: [
				"REGISTRY_HTTP_DRAINTIMEOUT",
				"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY",
				"REGISTRY_STORAGE_MAINTENANCE_READONLY",
				"REGISTRY_STORAGE_REDIRECT_DISABLE",
			],
		});
	});

	test("of a whole section goes before those of its parts", () => {
		const { storage } = effectiveSettings(
			FILE,
			{
				REGISTRY_STORAGE_S3_BUCKET: "b",
				REGISTRY_STORAGE: "{s3: {region: r, bucket: a}}",
			},
			"config.yml",
		);
		expect(storage).toEqual({
			driver: "s3",
			parameters: { region: "r", bucket: "b" },
		});
	});

	test("does not reach into a map of the file in a driver's parameters", () => {
		const environment = {
			REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED: "true",
		};
		expect(effectiveSettings(FILE, environment, "config.yml").readOnly).toBe(
			false,
		);
	});

	test("that brings a second driver leaves nothing that a registry starts with", () => {
		expect(() =>
			effectiveSettings(
				FILE,
				{ REGISTRY_STORAGE_S3_SECRETKEY: "hidden" },
				"config.yml",
			),
		).toThrow(/^(?!.*hidden).*more than one driver \(filesystem, s3\)/);
	});

	test("can be all that there is of a storage", () => {
		const { storage } = effectiveSettings(
			"version: 0.1\n",
			{ REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: "/srv" },
			"config.yml",
		);
		expect(storage.parameters).toEqual({ rootdirectory: "/srv" });
	});
});

test("without variables, the file is all", () => {
	expect(effectiveSettings(FILE, {}, "config.yml")).toMatchObject({
		storage: { driver: "filesystem" },
		readOnly: false,
		redirectDisabled: false,
		onlineGarbageCollection: true,
		database: undefined,
		drainMs: 90_000,
		overrides: [],
	});
});

describe("of what is edited, a variable is named that overrides it", () => {
	test.each([
		[
			"REGISTRY_STORAGE_MAINTENANCE_READONLY",
			"{enabled: false}",
			{ readOnly: true },
		],
		["REGISTRY_STORAGE_MAINTENANCE", "{}", { readOnly: true }],
		[
			"REGISTRY_STORAGE",
			"{filesystem: {rootdirectory: /}}",
			{ readOnly: true },
		],
		[
			"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY",
			"/srv",
			{ storage: { driver: "s3", parameters: { bucket: "b" } } },
		],
		[
			"REGISTRY_STORAGE_S3_BUCKET",
			"c",
			{ storage: { driver: "s3", parameters: { bucket: "b" } } },
		],
		[
			"REGISTRY_STORAGE_REDIRECT",
			"{disable: false}",
			{ redirectDisabled: true },
		],
		["REGISTRY_DATABASE_ENABLED", "prefer", { database: false }],
	] as const)("%s", (name, value, asked) => {
		expect(overriddenBy(FILE, asked, { [name]: value })).toEqual([name]);
	});

	test.each([
		[
			"REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED",
			"false",
			{ readOnly: true },
		],
		[
			"REGISTRY_STORAGE_MAINTENANCE_READONLY",
			"{enabled: true}",
			{ readOnly: true },
		],
		["REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", "/srv", { readOnly: true }],
		["REGISTRY_HTTP_SECRET", "test", { readOnly: true }],
	] as const)("but %s=%s does not", (name, value, asked) => {
		expect(overriddenBy(FILE, asked, { [name]: value })).toEqual([]);
	});
});
