import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { ResponseHeaders } from "../http/exchange.ts";
import type { ObjectMeta, PutOptions } from "../object-store.ts";

/** What the registry's own azure drivers write, since they name nothing else. */
export const CONTENT_TYPE = "application/octet-stream";

/** The header that asks for a part of a blob, `end` excluded; none for the whole. */
export function rangeHeaders(
	start: number | undefined,
	end: number | undefined,
): Record<string, string> {
	if (start === undefined && end === undefined) return {};
	return { range: `bytes=${start ?? 0}-${end === undefined ? "" : end - 1}` };
}

/** The headers of a conditional write. */
export function conditionHeaders(
	only: PutOptions["only"],
): Record<string, string> {
	if (only === undefined) return {};
	return only === "absent"
		? { "if-none-match": "*" }
		: { "if-match": `"${only.version}"` };
}

/** An ETag without its quotation marks. Listings leave them out. */
export function unquoted(etag: string): string {
	return etag.startsWith('"') && etag.endsWith('"') && etag.length >= 2
		? etag.slice(1, -1)
		: etag;
}

/** The ETag that a response names; "" when it names none. */
export function etagFrom({ etag }: ResponseHeaders): string {
	return typeof etag === "string" ? unquoted(etag) : "";
}

/**
 * A blob's MD5 in hex, where it proves the content (I9). An append blob grows, and what it says of itself may be of
 * what it was before.
 */
export function md5From(
	base64: string | undefined,
	blobType: string | undefined,
): string | undefined {
	if (blobType !== "BlockBlob" || base64?.length !== 24) return undefined;
	const md5 = Buffer.from(base64, "base64");
	return md5.length === 16 ? md5.toString("hex") : undefined;
}

/** What the headers of a HEAD or GET say of a blob. Throws a `StoreError` when they are not those of the service. */
export function metaFrom(
	key: string,
	headers: ResponseHeaders,
	about: StoreErrorOptions,
): ObjectMeta {
	const range = text(headers["content-range"]);
	const size =
		range === undefined
			? text(headers["content-length"])
			: range.slice(range.lastIndexOf("/") + 1);
	if (size === undefined || !/^\d+$/.test(size)) {
		const reason = "the server does not say how large it is";
		throw new StoreError("unknown", reason, about);
	}
	const version = etagFrom(headers);
	if (version === "") {
		// A proxy can give a page of its own, with the status of success.
		const reason = "what answers there names no ETag of it";
		throw new StoreError("unavailable", reason, about);
	}
	const md5 =
		range === undefined
			? headers["content-md5"]
			: headers["x-ms-blob-content-md5"];
	return {
		key,
		size: Number(size),
		version,
		lastModified: Date.parse(String(headers["last-modified"])),
		md5: md5From(text(md5), text(headers["x-ms-blob-type"])),
	};
}

function text(header: string | string[] | undefined): string | undefined {
	return typeof header === "string" ? header : undefined;
}

/** Has the service check the bytes of a request by their MD5, where there is one. */
export function md5Header(
	md5: Buffer | undefined,
): Readonly<Record<string, string>> {
	return md5 === undefined ? {} : { "content-md5": md5.toString("base64") };
}
