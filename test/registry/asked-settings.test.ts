import { describe, expect, test } from "vitest";
import {
	differingParameters,
	isAsAsked,
	isSameStorage,
} from "../../src/registry/asked-settings.ts";

const now = {
	storage: { driver: "s3", parameters: { bucket: "reg", secure: "true" } },
	readOnly: true,
	redirectDisabled: false,
	database: undefined,
	onlineGarbageCollection: true,
};

describe("settings are as is asked for", () => {
	test.each([
		{},
		{ readOnly: true },
		{ redirectDisabled: false },
		{ onlineGarbageCollection: true },
		// Where nothing is said of a database, there is none.
		{ database: false },
		// What a file says is read as texts.
		{
			storage: { driver: "s3", parameters: { secure: true, bucket: "reg" } },
		},
	])("%j", (asked) => {
		expect(isAsAsked(now, asked)).toBe(true);
	});

	test.each([
		{ readOnly: false },
		{ redirectDisabled: true },
		{ onlineGarbageCollection: false },
		{ database: true },
		{ storage: { driver: "s3", parameters: { bucket: "reg" } } },
		{ storage: { driver: "gcs", parameters: now.storage.parameters } },
		{ readOnly: true, redirectDisabled: true },
	])("but not %j", (asked) => {
		expect(isAsAsked(now, asked)).toBe(false);
	});

	test("of a registry that prefers a database it is not known that it has one or none", () => {
		const prefers = { ...now, database: "prefer" } as const;
		expect(isAsAsked(prefers, { database: true })).toBe(false);
		expect(isAsAsked(prefers, { database: false })).toBe(false);
	});
});

test("parameters that differ are named, those within others by what they are in, and those of which one has none", () => {
	const one = {
		driver: "swift",
		parameters: { a: 1, b: { c: "x", d: true }, e: "only here" },
	};
	const other = {
		driver: "swift",
		parameters: { a: "1", b: { d: "true", c: "y" }, f: "only there" },
	};
	expect(differingParameters(one, other)).toEqual(["b", "e", "f"]);
	expect(isSameStorage(one, other)).toBe(false);
	expect(differingParameters(one, one)).toEqual([]);
});
