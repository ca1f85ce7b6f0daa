import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseListing } from "../../../src/store/azure/list-parser.ts";
import { format, listingDocument, readGenerally } from "./listing-document.ts";
import { listing } from "./scripted-azure.ts";

function read(xml: string) {
	const { objects, prefixes, marker } = parseListing(xml, "");
	return {
		names: objects.map(({ key }) => key),
		properties: objects.map(({ key: _, ...others }) => others),
		prefixes,
		marker,
	};
}

const page = (inside: string, after = "<NextMarker />") =>
	`<EnumerationResults><Blobs>${inside}</Blobs>${after}</EnumerationResults>`;
const blob = (
	name: string,
	properties = "<Content-Length>1</Content-Length>",
	more = "",
) =>
	`<Blob><Name>${name}</Name><Properties>${properties}</Properties>${more}</Blob>`;

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
				expect(read(format(document))).toEqual({
					names: document.blobs.map(({ name }) => name),
					properties: document.blobs.map(
						({ size, etag, lastModified, md5, type }) => ({
							size,
							version: etag,
							lastModified: lastModified.getTime(),
							md5:
								md5 === undefined || type !== "BlockBlob"
									? undefined
									: Buffer.from(md5).toString("hex"),
						}),
					),
					prefixes: document.prefixes,
					marker: document.marker === "" ? undefined : document.marker,
				});
				expect(parseListing(format(document), "").directory).toBeUndefined();
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
				"<Error><Code>ServerBusy</Code></Error>",
				"</EnumerationResults><EnumerationResults>",
				'{"EnumerationResults":[]}',
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
		[
			"a blob without a name",
			page(
				"<Blob><Properties><Content-Length>1</Content-Length></Properties></Blob>",
			),
		],
		["a blob without properties", page("<Blob><Name>a</Name></Blob>")],
		["a blob without a size", page(blob("a", ""))],
		["an empty size", page(blob("a", "<Content-Length></Content-Length>"))],
		["a negative size", page(blob("a", "<Content-Length>-1</Content-Length>"))],
		["a fraction", page(blob("a", "<Content-Length>1.5</Content-Length>"))],
		[
			"a size that no number holds",
			page(blob("a", `<Content-Length>${2 ** 60}</Content-Length>`)),
		],
		["a name in CDATA", page(blob("<![CDATA[a]]>"))],
		[
			"a name with an unknown attribute",
			page(blob("a").replace("<Name>", '<Name Base64="true">')),
		],
		["a name within another blob's", page(`<Blob><Name>a${blob("b")}`)],
		["a blob that does not end", page(blob("a").replace("</Blob>", ""))],
		["a prefix that does not end", page("<BlobPrefix><Name>a</Name>")],
		["no word on whether it goes on", page(blob("a"), "")],
	])("with %s is refused (I2)", (_what, xml) => {
		expect(() => parseListing(xml, "")).toThrow(SyntaxError);
	});

	test("with a name that is not encoded as it says is refused", () => {
		const xml = page(blob("100%").replace("<Name>", '<Name Encoded="true">'));
		expect(() => parseListing(xml, "")).toThrow(URIError);
	});

	test("with a name that says that it is not encoded is read as it stands", () => {
		const xml = page(blob("a%20b").replace("<Name>", '<Name Encoded="false">'));
		expect(read(xml).names).toEqual(["a%20b"]);
	});

	test("with a name beside the prefix asked for is refused", () => {
		const xml = page(blob("pre/a") + blob("prefix"));
		expect(() => parseListing(xml, "pre/")).toThrow(SyntaxError);
	});

	test("gives keys without the store's own prefix", () => {
		const { objects } = parseListing(listing(["a", "pre/b"]), "pre/");
		expect(objects.map(({ key }) => key)).toEqual(["a", "pre/b"]);
	});

	test.each([
		[
			"its metadata",
			"<Content-Length>0</Content-Length>",
			"<Metadata><hdi_isfolder>true</hdi_isfolder></Metadata>",
		],
		[
			"its type of resource",
			"<Content-Length>0</Content-Length><ResourceType>directory</ResourceType>",
			"",
		],
	])("names a directory, by %s", (_what, properties, more) => {
		const xml = page(
			blob("pre/a/x") + blob("pre/a/y", properties, more) + blob("pre/z"),
		);
		expect(parseListing(xml, "pre/").directory).toBe("a/y");
	});

	/** Append blobs, which the registry's driver writes, have none: it took twenty times as long. */
	test("of blobs without an MD5 is read as quickly as any other", () => {
		const others =
			"<Last-Modified>Tue, 03 Feb 2026 12:00:00 GMT</Last-Modified><Etag>0x1</Etag><Content-Length>1</Content-Length><BlobType>AppendBlob</BlobType>" +
			"<AccessTier>Hot</AccessTier>".repeat(20);
		const listed = (md5: string) => page(blob("a", others + md5).repeat(1000));
		const msOf = (xml: string) => {
			const before = performance.now();
			parseListing(xml, "");
			return performance.now() - before;
		};
		const leastMs = (xml: string) =>
			Math.min(...Array.from({ length: 8 }, () => msOf(xml)));
		const md5 = `<Content-MD5>${"A".repeat(22)}==</Content-MD5>`;
		const known = leastMs(listed(md5));
		expect(leastMs(listed("<Content-MD5 />"))).toBeLessThan(5 * known);
	});
});
