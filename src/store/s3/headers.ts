import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { ResponseHeaders } from "../http/exchange.ts";
import type { ObjectMeta } from "../object-store.ts";
import type { Etags } from "./etags.ts";
import { unquoted } from "./list-parser.ts";

/** The header that asks for a part of an object, `end` excluded; none for the whole. */
export function rangeHeaders(
	start: number | undefined,
	end: number | undefined,
): Record<string, string> {
	if (start === undefined && end === undefined) return {};
	return { range: `bytes=${start ?? 0}-${end === undefined ? "" : end - 1}` };
}

/** The ETag without its quotation marks; "" when the server names none. */
export function etagFrom(headers: ResponseHeaders): string {
	return typeof headers.etag === "string" ? unquoted(headers.etag) : "";
}

/** What the headers of a HEAD or GET say of an object. Throws a `StoreError` when they are not those of an S3 server. */
export function metaFrom(
	key: string,
	headers: ResponseHeaders,
	etags: Etags,
	about: StoreErrorOptions,
): ObjectMeta {
	const version = etagFrom(headers);
	const range = headers["content-range"];
	const size =
		typeof range === "string"
			? range.slice(range.lastIndexOf("/") + 1)
			: headers["content-length"];
	if (typeof size !== "string" || !/^\d+$/.test(size)) {
		const reason = "the server does not say how large it is";
		throw new StoreError("unknown", reason, about);
	}
	if (version === "") {
		// A proxy can give a page of its own, with the status of success.
		const reason = "what answers there names no ETag of it";
		throw new StoreError("unavailable", reason, about);
	}
	return {
		key,
		size: Number(size),
		version,
		lastModified: Date.parse(String(headers["last-modified"])),
		md5: etags.md5Of(version, headers),
	};
}
