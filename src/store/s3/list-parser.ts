import { element } from "../http/xml.ts";
import type { ObjectMeta } from "../object-store.ts";
import { Etags } from "./etags.ts";

/** One page of ListObjectsV2. */
export interface Listing {
	readonly objects: readonly ObjectMeta[];
	/** Names up to the delimiter, where one was asked for. */
	readonly prefixes: readonly string[];
	/** Continues the listing; `undefined` on the last page. */
	readonly continuationToken: string | undefined;
}

/**
 * Reads a ListObjectsV2 response by scanning for the few elements that matter: a general parser costs fifteen times
 * the CPU. Keys are given without `rootPrefix`. Throws a `SyntaxError` on anything that is not such a response.
 */
export function parseListing(
	xml: string,
	rootPrefix: string,
	etags: Etags = new Etags(),
): Listing {
	const start = xml.indexOf("<ListBucketResult");
	if (start === -1 || !xml.includes("</ListBucketResult>", start))
		throw new SyntaxError("no ListBucketResult");
	// Servers may ignore the wish for URL encoding, and say so by leaving this element out.
	const isUrlEncoded =
		element(xml, "EncodingType", start, xml.length) === "url";
	const keyFrom = (encoded: string) => {
		const key = isUrlEncoded ? decodeUrl(encoded) : encoded;
		if (!key.startsWith(rootPrefix))
			throw new SyntaxError(
				"a key that does not begin with the prefix asked for",
			);
		return key.slice(rootPrefix.length);
	};
	const objects: ObjectMeta[] = [];
	let end = start;
	for (
		let open = xml.indexOf("<Contents", start);
		open !== -1;
		open = xml.indexOf("<Contents", end)
	) {
		end = xml.indexOf("</Contents>", open);
		if (end === -1) throw new SyntaxError("an unfinished Contents element");
		const etag = unquoted(element(xml, "ETag", open, end) ?? "");
		objects.push({
			key: keyFrom(required(xml, "Key", open, end)),
			size: natural(required(xml, "Size", open, end)),
			version: etag,
			lastModified: Date.parse(element(xml, "LastModified", open, end) ?? ""),
			md5: etags.md5Of(etag),
		});
	}
	const prefixes = prefixesIn(xml, start).map(keyFrom);
	const isTruncated = element(xml, "IsTruncated", start, xml.length);
	if (isTruncated === "false")
		return { objects, prefixes, continuationToken: undefined };
	// A listing that does not say that it is complete is not taken for complete (I2).
	if (isTruncated !== "true")
		throw new SyntaxError("a listing that does not say whether it goes on");
	const token = element(xml, "NextContinuationToken", start, xml.length);
	if (token === undefined || token === "")
		throw new SyntaxError("a truncated listing without a continuation token");
	return { objects, prefixes, continuationToken: token };
}

/** The names that stand for all that lies below them, as they are written. */
function prefixesIn(xml: string, start: number): string[] {
	const prefixes: string[] = [];
	let end = start;
	for (
		let open = xml.indexOf("<CommonPrefixes", start);
		open !== -1;
		open = xml.indexOf("<CommonPrefixes", end)
	) {
		end = xml.indexOf("</CommonPrefixes>", open);
		if (end === -1)
			throw new SyntaxError("an unfinished CommonPrefixes element");
		prefixes.push(required(xml, "Prefix", open, end));
	}
	return prefixes;
}

/** An ETag without its quotation marks. */
export function unquoted(etag: string): string {
	return etag.startsWith('"') && etag.endsWith('"') && etag.length >= 2
		? etag.slice(1, -1)
		: etag;
}

function required(
	xml: string,
	name: string,
	start: number,
	end: number,
): string {
	const text = element(xml, name, start, end);
	if (text === undefined)
		throw new SyntaxError(`an object or a prefix without ${name}`);
	return text;
}

function natural(text: string): number {
	const value = Number(text);
	if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
		throw new SyntaxError(`"${text}" is not a size`);
	return value;
}

/** S3 encodes keys as forms do: "+" is a space. */
function decodeUrl(text: string): string {
	if (!text.includes("%") && !text.includes("+")) return text;
	return decodeURIComponent(text.replaceAll("+", " "));
}
