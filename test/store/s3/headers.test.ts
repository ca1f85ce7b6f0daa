import { describe, expect, test } from "vitest";
import { Etags } from "../../../src/store/s3/etags.ts";
import {
	etagFrom,
	metaFrom,
	rangeHeaders,
} from "../../../src/store/s3/headers.ts";

const ABOUT = { store: "s3://reg", operation: "head", key: "a" };

describe("headers", () => {
	test.each([
		[undefined, undefined, {}],
		[0, undefined, { range: "bytes=0-" }],
		[5, undefined, { range: "bytes=5-" }],
		[undefined, 10, { range: "bytes=0-9" }],
		[5, 10, { range: "bytes=5-9" }],
	])("ask for the bytes from %s up to %s", (start, end, headers) => {
		expect(rangeHeaders(start, end)).toEqual(headers);
	});

	test.each([
		['"abc"', "abc"],
		["abc", "abc"],
		['"', '"'],
		["", ""],
		[undefined, ""],
		[['"a"', '"b"'], ""],
	])("with the ETag %j give the version %j", (etag, version) => {
		expect(etagFrom({ etag })).toBe(version);
	});

	test("say what an object is", () => {
		const headers = {
			"content-length": "71",
			etag: '"d41d8cd98f00b204e9800998ecf8427e"',
			"last-modified": "Tue, 03 Feb 2026 12:00:00 GMT",
		};
		expect(metaFrom("a", headers, new Etags(), ABOUT)).toEqual({
			key: "a",
			size: 71,
			version: "d41d8cd98f00b204e9800998ecf8427e",
			md5: "d41d8cd98f00b204e9800998ecf8427e",
			lastModified: Date.UTC(2026, 1, 3, 12),
		});
	});

	test("of a part give the size of the whole", () => {
		const headers = {
			"content-length": "3",
			"content-range": "bytes 2-4/5497558138880",
			etag: '"e"',
		};
		expect(metaFrom("a", headers, new Etags(), ABOUT).size).toBe(5 * 2 ** 40);
	});

	test.each([
		{},
		{ "content-length": "" },
		{ "content-length": "-1" },
		{ "content-length": ["1", "2"] },
		{ "content-length": "3", "content-range": "bytes 2-4/*" },
	])("%j, which do not give a size, are refused", (headers) => {
		expect(() => metaFrom("a", headers, new Etags(), ABOUT)).toThrow(
			expect.objectContaining({ code: "unknown", key: "a" }),
		);
	});
});
