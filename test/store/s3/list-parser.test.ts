import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseListing } from "../../../src/store/s3/list-parser.ts";
import { format, listingDocument, readGenerally } from "./listing-document.ts";

function read(xml: string) {
	const { objects, continuationToken } = parseListing(xml, "");
	return {
		keys: objects.map(({ key }) => key),
		sizes: objects.map(({ size }) => size),
		etags: objects.map(({ version }) => version),
		dates: objects.map(({ lastModified }) => lastModified),
		token: continuationToken,
	};
}

const page = (inside: string) =>
	`<ListBucketResult>${inside}<IsTruncated>false</IsTruncated></ListBucketResult>`;
const contents = (key: string, rest = "<Size>1</Size>") =>
	`<Contents><Key>${key}</Key>${rest}</Contents>`;

describe("a listing", () => {
	test("is read as a general parser reads it", () => {
		fc.assert(
			fc.property(listingDocument.map(format), (xml) => {
				expect(read(xml)).toEqual(readGenerally(xml));
			}),
			{ numRuns: 500 },
		);
	});

	test("is read as it was meant", () => {
		fc.assert(
			fc.property(listingDocument, (document) => {
				const { objects } = document;
				expect(read(format(document))).toEqual({
					keys: objects.map(({ key }) => key),
					sizes: objects.map(({ size }) => size),
					etags: objects.map(({ etag }) => etag),
					dates: objects.map(({ lastModified }) => lastModified.getTime()),
					token: document.token,
				});
			}),
			{ numRuns: 500 },
		);
	});

	test("that is cut off anywhere is refused, not read in half (I2)", () => {
		const cutOff = fc
			.tuple(listingDocument.map(format), fc.nat())
			.map(([xml, at]) => xml.slice(0, at % xml.length));
		fc.assert(
			fc.property(cutOff, (xml) => {
				expect(() => parseListing(xml, "")).toThrow(SyntaxError);
			}),
			{ numRuns: 1000 },
		);
	});

	test("is not taken from anything else", () => {
		const garbage = fc.oneof(
			fc.string({ unit: "binary", maxLength: 200 }),
			fc.constantFrom(
				"",
				"<html><body>It works!</body></html>",
				"<Error><Code>SlowDown</Code></Error>",
				"</ListBucketResult><ListBucketResult>",
				'{"ListBucketResult":[]}',
			),
		);
		fc.assert(
			fc.property(garbage, (text) => {
				expect(() => parseListing(text, "")).toThrow(SyntaxError);
			}),
			{ numRuns: 300 },
		);
	});

	test.each([
		["an object without a key", page("<Contents><Size>1</Size></Contents>")],
		["an object without a size", page(contents("a", ""))],
		["an empty size", page(contents("a", "<Size></Size>"))],
		["a negative size", page(contents("a", "<Size>-1</Size>"))],
		["a fraction", page(contents("a", "<Size>1.5</Size>"))],
		["a size in hex", page(contents("a", "<Size>0x10</Size>"))],
		[
			"a size that no number holds",
			page(contents("a", `<Size>${2 ** 60}</Size>`)),
		],
		["a key in CDATA", page(contents("<![CDATA[a]]>"))],
		["a key that is cut off", page("<Contents><Key>a</Contents>")],
		[
			"a key within another object's",
			page("<Contents><Key>a<Contents><Key>b</Key></Contents>"),
		],
		[
			"an object that does not end",
			page("<Contents><Key>a</Key><Size>1</Size>"),
		],
		["no word on whether it goes on", "<ListBucketResult></ListBucketResult>"],
		[
			"a doubtful word on whether it goes on",
			"<ListBucketResult><IsTruncated>yes</IsTruncated></ListBucketResult>",
		],
		[
			"no token to go on with",
			"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
		],
		[
			"an empty token to go on with",
			"<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken></NextContinuationToken></ListBucketResult>",
		],
	])("with %s is refused (I2)", (_what, xml) => {
		expect(() => parseListing(xml, "")).toThrow(SyntaxError);
	});

	test("with a key that is not encoded as it says is refused", () => {
		const xml = page(`<EncodingType>url</EncodingType>${contents("100%")}`);
		expect(() => parseListing(xml, "")).toThrow(URIError);
	});

	test("with a key beside the prefix asked for is refused", () => {
		const xml = page(contents("pre/a") + contents("prefix"));
		expect(() => parseListing(xml, "pre/")).toThrow(SyntaxError);
	});

	test("of objects that have attributes is read like any other (I2)", () => {
		const xml = page(contents("a").replace("<Contents>", '<Contents x="y">'));
		expect(read(xml).keys).toEqual(["a"]);
	});

	test("gives keys without the store's own prefix", () => {
		const xml = page(contents("pre/a") + contents("pre/pre/b"));
		const { objects } = parseListing(xml, "pre/");
		expect(objects.map(({ key }) => key)).toEqual(["a", "pre/b"]);
	});

	test.each([
		["d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e"],
		["d41d8cd98f00b204e9800998ecf8427e-2", undefined],
		["D41D8CD98F00B204E9800998ECF8427E", undefined],
		["", undefined],
	])("takes the ETag %j for the MD5 %j (I9)", (etag, md5) => {
		const xml = page(contents("a", `<Size>1</Size><ETag>"${etag}"</ETag>`));
		const [object] = parseListing(xml, "").objects;
		expect(object).toMatchObject({ version: etag, md5 });
	});
});
