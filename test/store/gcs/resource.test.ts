import { describe, expect, test } from "vitest";
import { parseListing, parseObject } from "../../../src/store/gcs/resource.ts";
import { listing, resource } from "./scripted-gcs.ts";

const page = (change: object) =>
	JSON.stringify({
		kind: "storage#objects",
		items: [{ ...resource("a"), ...change }],
	});

describe("parseListing", () => {
	test("reads a page, keys without the store's prefix", () => {
		const json = JSON.stringify(listing(["a", "ü/\u{1F600}"], "token"));
		const { objects, nextPageToken } = parseListing(json, "pre/");
		expect(objects.map(({ key }) => key)).toEqual(["a", "ü/\u{1F600}"]);
		expect(objects[0]).toEqual({
			key: "a",
			size: 1,
			version: "17",
			lastModified: Date.parse("2026-02-03T12:00:00.123Z"),
			md5: "9dd4e461268c8034f5c8564e155c67a6",
		});
		expect(nextPageToken).toBe("token");
	});

	test("reads an empty page, which says that it is one", () => {
		const empty = { objects: [], prefixes: [], nextPageToken: undefined };
		expect(parseListing('{"kind":"storage#objects"}', "")).toEqual(empty);
	});

	test("takes an empty token for none", () => {
		const json = '{"kind":"storage#objects","nextPageToken":""}';
		expect(parseListing(json, "").nextPageToken).toBeUndefined();
	});

	test("reads a generation that no number can hold", () => {
		const generation = "9007199254740993";
		const { objects } = parseListing(page({ generation }), "pre/");
		expect(objects[0]?.version).toBe(generation);
	});

	test.each([
		["no name", { name: undefined }],
		["a name elsewhere", { name: "other/a" }],
		["no size", { size: undefined }],
		["a size that is no number", { size: "1e3" }],
		["a size that no number can hold", { size: "9".repeat(17) }],
		["no generation", { generation: undefined }],
		["a generation that is no number", { generation: "an-etag" }],
	])("does not take an object with %s for one", (_what, change) => {
		expect(() => parseListing(page(change), "pre/")).toThrow(SyntaxError);
	});

	test.each([
		"",
		"{",
		"{}",
		"[]",
		"null",
		'"storage#objects"',
		'{"error":{"code":503}}',
		'{"kind":"storage#object"}',
		'{"kind":"storage#objects","items":{}}',
		'{"kind":"storage#objects","items":[null]}',
		'{"kind":"storage#objects","nextPageToken":7}',
	])("does not take %j for a page (I2)", (json) => {
		expect(() => parseListing(json, "")).toThrow(SyntaxError);
	});
});

describe("parseObject", () => {
	test.each([
		[
			"an MD5",
			{ md5Hash: "XUFAKrxLKna5cZ2REBfFkg==" },
			"5d41402abc4b2a76b9719d911017c592",
		],
		[
			"no MD5, as a composite object has none",
			{ md5Hash: undefined },
			undefined,
		],
		["something that is no MD5", { md5Hash: "AAAA" }, undefined],
	])("reads an object with %s", (_what, change, md5) => {
		const json = JSON.stringify({ ...resource("a"), ...change });
		expect(parseObject(json, "pre/").meta.md5).toBe(md5);
	});

	test("does not take a listing for an object", () => {
		expect(() => parseObject(JSON.stringify(listing(["a"])), "pre/")).toThrow(
			SyntaxError,
		);
	});
});
