import fc from "fast-check";
import { XMLParser } from "fast-xml-parser";
import { oddText } from "../odd-text.ts";

/** What a server says of a blob. */
interface Listed {
	readonly name: string;
	readonly size: number;
	readonly etag: string;
	readonly lastModified: Date;
	readonly md5: Uint8Array | undefined;
	readonly type: string;
	/** Elements among the properties that the parser has no use for. */
	readonly properties: readonly string[];
	/** Elements after the properties. */
	readonly others: readonly string[];
}

/** A List Blobs response before it is written down. */
export interface ListingDocument {
	readonly blobs: readonly Listed[];
	readonly prefixes: readonly string[];
	readonly marker: string;
	/** Between elements. */
	readonly space: string;
	/** How an element without text is written. */
	readonly empty: (name: string) => string;
	readonly others: readonly string[];
}

/** Characters that XML 1.0 can hold. */
const IN_XML = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u;

const name = fc.oneof(
	oddText.filter((text) => text !== "" && text.isWellFormed()),
	fc.constantFrom(
		"</Blob>",
		"<Name>other</Name>",
		"<NextMarker>x</NextMarker>",
		"<hdi_isfolder>true</hdi_isfolder>",
		"hdi_isfolder",
		"]]>",
		"&lt;",
		"&amp;amp;",
		"100%",
		"/docker/registry/v2/blobs/sha256/ab/abcd/data",
	),
);

const listed: fc.Arbitrary<Listed> = fc.record({
	name,
	size: fc.oneof(fc.constantFrom(0, 71, 190 * 2 ** 40), fc.maxSafeNat()),
	etag: fc.stringMatching(/^0x[0-9A-F]{15}$/),
	lastModified: fc
		.date({
			min: new Date("1970-01-01T00:00:00Z"),
			max: new Date("2100-01-01T00:00:00Z"),
			noInvalidDate: true,
		})
		// As HTTP writes it.
		.map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000)),
	md5: fc.option(fc.uint8Array({ minLength: 16, maxLength: 16 }), {
		nil: undefined,
	}),
	type: fc.constantFrom("BlockBlob", "BlockBlob", "AppendBlob", "PageBlob"),
	properties: fc.subarray([
		"<Creation-Time>Tue, 03 Feb 2026 12:00:00 GMT</Creation-Time>",
		"<Content-Type>application/octet-stream</Content-Type>",
		"<Content-Encoding />",
		"<Content-CRC64 />",
		"<Cache-Control></Cache-Control>",
		"<AccessTier>Hot</AccessTier>",
		"<AccessTierInferred>true</AccessTierInferred>",
		"<LeaseStatus>unlocked</LeaseStatus>",
		"<ServerEncrypted>true</ServerEncrypted>",
		"<ResourceType>file</ResourceType>",
	]),
	others: fc.subarray([
		"<Metadata />",
		"<Metadata><Name>no name</Name><Etag>none</Etag></Metadata>",
		"<OrMetadata />",
		"<Tags><TagSet><Tag><Key>BlobType</Key><Value>x</Value></Tag></TagSet></Tags>",
	]),
});

export const listingDocument: fc.Arbitrary<ListingDocument> = fc.record({
	blobs: fc.array(listed, { maxLength: 6 }),
	prefixes: fc.array(name, { maxLength: 2 }),
	marker: fc.oneof(
		fc.constant(""),
		oddText.filter((text) => IN_XML.test(text)),
	),
	space: fc.constantFrom("", "\n", "\r\n  "),
	empty: fc.constantFrom(
		(element: string) => `<${element} />`,
		(element: string) => `<${element}/>`,
		(element: string) => `<${element}></${element}>`,
	),
	others: fc.subarray([
		"<Prefix>docker/</Prefix>",
		"<Prefix />",
		"<Marker />",
		"<MaxResults>5000</MaxResults>",
		"<Delimiter>/</Delimiter>",
	]),
});

function escaped(text: string): string {
	return text
		.replaceAll("&", "&amp;")
		.replaceAll("<", "&lt;")
		.replaceAll(">", "&gt;")
		.replaceAll("\r", "&#xD;");
}

/** A name that XML cannot hold is percent-encoded. */
function nameElement(text: string): string {
	return IN_XML.test(text)
		? `<Name>${escaped(text)}</Name>`
		: `<Name Encoded="true">${encodeURIComponent(text)}</Name>`;
}

/** The document as a server sends it. */
export function format(document: ListingDocument): string {
	const { space, empty } = document;
	const inside = (element: string, elements: readonly string[]) =>
		`${space}<${element}>${elements.map((one) => space + one).join("")}${space}</${element}>`;
	const md5Element = (md5: Uint8Array | undefined) =>
		md5 === undefined
			? empty("Content-MD5")
			: `<Content-MD5>${Buffer.from(md5).toString("base64")}</Content-MD5>`;
	const blobs = document.blobs.map((blob) =>
		inside("Blob", [
			nameElement(blob.name),
			inside("Properties", [
				...blob.properties,
				`<Last-Modified>${blob.lastModified.toUTCString()}</Last-Modified>`,
				`<Etag>${blob.etag}</Etag>`,
				`<Content-Length>${blob.size}</Content-Length>`,
				md5Element(blob.md5),
				`<BlobType>${blob.type}</BlobType>`,
			]),
			...blob.others,
		]),
	);
	const prefixes = document.prefixes.map((prefix) =>
		inside("BlobPrefix", [nameElement(prefix)]),
	);
	const marker =
		document.marker === ""
			? empty("NextMarker")
			: `<NextMarker>${escaped(document.marker)}</NextMarker>`;
	return `\uFEFF<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://account.blob.core.windows.net/" ContainerName="reg">${document.others.join(space)}${inside("Blobs", [...blobs, ...prefixes])}${space}${marker}${space}</EnumerationResults>`;
}

/** What a general XML parser reads from it. */
export function readGenerally(xml: string) {
	const parser = new XMLParser({
		ignoreAttributes: false,
		attributeNamePrefix: "@",
		alwaysCreateTextNode: true,
		parseTagValue: false,
		trimValues: false,
		processEntities: true,
		htmlEntities: true,
		isArray: (element) => element === "Blob" || element === "BlobPrefix",
	});
	const { EnumerationResults: root } = parser.parse(xml);
	const text = (node: Record<string, string>) =>
		node["@Encoded"] === "true"
			? decodeURIComponent(node["#text"] ?? "")
			: (node["#text"] ?? "");
	const blobs = root.Blobs.Blob ?? [];
	return {
		names: blobs.map((blob: never) => text(Reflect.get(blob, "Name"))),
		properties: blobs.map((blob: never) => {
			const of = (name: string) =>
				text(Reflect.get(Reflect.get(blob, "Properties"), name));
			const isBlock = of("BlobType") === "BlockBlob";
			const md5 = Buffer.from(of("Content-MD5"), "base64").toString("hex");
			return {
				size: Number(of("Content-Length")),
				version: of("Etag"),
				lastModified: Date.parse(of("Last-Modified")),
				md5: isBlock && md5 !== "" ? md5 : undefined,
			};
		}),
		prefixes: (root.Blobs.BlobPrefix ?? []).map((prefix: never) =>
			text(Reflect.get(prefix, "Name")),
		),
		marker: text(root.NextMarker) || undefined,
	};
}
