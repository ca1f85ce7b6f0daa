import { element } from "../http/xml.ts";
import type { ObjectMeta } from "../object-store.ts";
import { Etags } from "./etags.ts";

/** One page of ListObjectsV2. */
export interface Listing {
	readonly objects: readonly ObjectMeta[];
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
	const objects: ObjectMeta[] = [];
	let end = start;
	for (
		let open = xml.indexOf("<Contents", start);
		open !== -1;
		open = xml.indexOf("<Contents", end)
	) {
		end = xml.indexOf("</Contents>", open);
		if (end === -1) throw new SyntaxError("an unfinished Contents element");
		const encoded = required(xml, "Key", open, end);
		const key = isUrlEncoded ? decodeUrl(encoded) : encoded;
		if (!key.startsWith(rootPrefix))
			throw new SyntaxError(
				"a key that does not begin with the prefix asked for",
			);
		const etag = unquoted(element(xml, "ETag", open, end) ?? "");
		objects.push({
			key: key.slice(rootPrefix.length),
			size: natural(required(xml, "Size", open, end)),
			version: etag,
			lastModified: Date.parse(element(xml, "LastModified", open, end) ?? ""),
			md5: etags.md5Of(etag),
		});
	}
	const isTruncated = element(xml, "IsTruncated", start, xml.length);
	if (isTruncated === "false") return { objects, continuationToken: undefined };
	// A listing that does not say that it is complete is not taken for complete (I2).
	if (isTruncated !== "true")
		throw new SyntaxError("a listing that does not say whether it goes on");
	const token = element(xml, "NextContinuationToken", start, xml.length);
	if (token === undefined || token === "")
		throw new SyntaxError("a truncated listing without a continuation token");
	return { objects, continuationToken: token };
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
	if (text === undefined) throw new SyntaxError(`an object without ${name}`);
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
