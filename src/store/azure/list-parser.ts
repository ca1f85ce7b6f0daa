import { decodeXML } from "entities";
import { element } from "../http/xml.ts";
import type { ObjectMeta } from "../object-store.ts";
import { md5From, unquoted } from "./headers.ts";

/** One page of List Blobs. */
export interface Listing {
	readonly objects: readonly ObjectMeta[];
	/** Names up to the delimiter, where one was asked for. */
	readonly prefixes: readonly string[];
	/** Continues the listing; `undefined` on the last page. */
	readonly marker: string | undefined;
	/** A name that stands for a directory, as accounts with a hierarchical namespace have them. */
	readonly directory: string | undefined;
}

/**
 * Reads a List Blobs response by scanning for the few elements that matter: a general parser costs fifteen times the
 * CPU. Keys are given without `namePrefix`. Throws a `SyntaxError` on anything that is not such a response.
 */
export function parseListing(xml: string, namePrefix: string): Listing {
	const start = xml.indexOf("<EnumerationResults");
	if (start === -1 || !xml.includes("</EnumerationResults>", start))
		throw new SyntaxError("no EnumerationResults");
	const objects: ObjectMeta[] = [];
	let end = start;
	for (
		let open = xml.indexOf("<Blob>", start);
		open !== -1;
		open = xml.indexOf("<Blob>", end)
	) {
		end = xml.indexOf("</Blob>", open);
		if (end === -1) throw new SyntaxError("an unfinished Blob element");
		objects.push(parseBlob(xml, open, end, namePrefix));
	}
	return {
		objects,
		prefixes: prefixesIn(xml, start),
		marker: nextMarker(xml, end),
		directory: directoryIn(xml, start, namePrefix),
	};
}

function parseBlob(
	xml: string,
	open: number,
	end: number,
	namePrefix: string,
): ObjectMeta {
	const name = nameAt(xml, open, end);
	if (!name.startsWith(namePrefix))
		throw new SyntaxError(
			"a name that does not begin with the prefix asked for",
		);
	// Metadata can have any names, and comes later.
	const from = xml.indexOf("<Properties>", open);
	const to = xml.indexOf("</Properties>", from);
	if (from === -1 || to === -1 || to > end)
		throw new SyntaxError("a blob without properties");
	// Searched by itself: what is missing, as the MD5 of append blobs is, would be looked for to the end of the page.
	const properties = xml.slice(from, to);
	const property = (name: string) =>
		element(properties, name, 0, properties.length);
	const size = property("Content-Length") ?? "";
	if (!/^\d+$/.test(size) || !Number.isSafeInteger(Number(size)))
		throw new SyntaxError(`"${size}" is not a size`);
	return {
		key: name.slice(namePrefix.length),
		size: Number(size),
		version: unquoted(property("Etag") ?? ""),
		lastModified: Date.parse(property("Last-Modified") ?? ""),
		md5: md5From(property("Content-MD5"), property("BlobType")),
	};
}

/** The text of the first Name element; one that XML cannot hold is percent-encoded and says so. */
function nameAt(xml: string, start: number, end: number): string {
	const open = xml.indexOf("<Name", start);
	const textStart = xml.indexOf(">", open) + 1;
	const textEnd = xml.indexOf("</Name>", textStart);
	if (open === -1 || textStart === 0 || textEnd === -1 || textEnd > end)
		throw new SyntaxError("a blob without a name");
	const attributes = xml.slice(open + "<Name".length, textStart - 1);
	const text = xml.slice(textStart, textEnd);
	if (
		text.includes("<") ||
		!/^(\s+Encoded="(true|false)")?\s*$/.test(attributes)
	)
		throw new SyntaxError("a name that holds more than text");
	const name = text.includes("&") ? decodeXML(text) : text;
	return attributes.includes('"true"') ? decodeURIComponent(name) : name;
}

function prefixesIn(xml: string, start: number): string[] {
	const prefixes: string[] = [];
	for (
		let open = xml.indexOf("<BlobPrefix>", start);
		open !== -1;
		open = xml.indexOf("<BlobPrefix>", open + 1)
	) {
		const end = xml.indexOf("</BlobPrefix>", open);
		if (end === -1) throw new SyntaxError("an unfinished BlobPrefix element");
		prefixes.push(nameAt(xml, open, end));
	}
	return prefixes;
}

/** A listing that does not say that it is complete is not taken for complete (I2). */
function nextMarker(xml: string, start: number): string | undefined {
	if (
		xml.includes("<NextMarker />", start) ||
		xml.includes("<NextMarker/>", start)
	)
		return undefined;
	const marker = element(xml, "NextMarker", start, xml.length);
	if (marker === undefined)
		throw new SyntaxError("a listing that does not say whether it goes on");
	return marker === "" ? undefined : marker;
}

/** Source: Azure Storage documentation, "Known issues with Azure Data Lake Storage": directories show as empty blobs. */
const DIRECTORY = /<hdi_isfolder>true<|<ResourceType>directory</i;

function directoryIn(
	xml: string,
	start: number,
	namePrefix: string,
): string | undefined {
	if (!xml.includes("hdi_isfolder") && !xml.includes("<ResourceType>"))
		return undefined;
	const at = xml.slice(start).search(DIRECTORY);
	if (at === -1) return undefined;
	const open = xml.lastIndexOf("<Blob>", start + at);
	return nameAt(xml, open, xml.length).slice(namePrefix.length);
}
