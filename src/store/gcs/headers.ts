import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { ResponseHeaders } from "../http/exchange.ts";
import type { ObjectMeta, PutOptions } from "../object-store.ts";
import { md5Of } from "./resource.ts";

/**
 * The headers of a download, `end` excluded. Whoever says that gzip is fine gets an object as it is stored; others are
 * sent a compressed one decompressed. Source: Cloud Storage documentation, "Transcoding of gzip-compressed files".
 */
export function downloadHeaders(
	start: number | undefined,
	end: number | undefined,
): Record<string, string> {
	const headers = { "accept-encoding": "gzip" };
	if (start === undefined && end === undefined) return headers;
	const range = `bytes=${start ?? 0}-${end === undefined ? "" : end - 1}`;
	return { ...headers, range };
}

/** The query of a put on a condition, beginning with "&". Throws `precondition-failed` for what is no version here. */
export function conditionQuery(
	only: PutOptions["only"],
	about: StoreErrorOptions,
): string {
	if (only === undefined) return "";
	if (only === "absent") return "&ifGenerationMatch=0";
	if (/^[1-9]\d*$/.test(only.version))
		return `&ifGenerationMatch=${only.version}`;
	const reason = `no object can have the version "${only.version}"`;
	throw new StoreError("precondition-failed", reason, about);
}

/** What the headers of a download say of an object. Throws a `StoreError` when they are none of this server's. */
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
	const version = text(headers["x-goog-generation"]);
	if (version === undefined) {
		// A proxy can give a page of its own, with the status of success.
		const reason = "what answers there names no generation of it";
		throw new StoreError("unavailable", reason, about);
	}
	const modified = text(headers["last-modified"]);
	return {
		key,
		size: Number(size),
		version,
		lastModified: modified === undefined ? 0 : Date.parse(modified),
		md5: md5In(headers["x-goog-hash"]),
	};
}

/** The header comes once with both checksums, or once for each: `crc32c=…`, `md5=…`. */
function md5In(header: ResponseHeaders[string]): string | undefined {
	const hashes = [header].flat().join(",").split(",");
	const md5 = hashes.find((one) => one.trim().startsWith("md5="));
	return md5 && md5Of(md5.trim().slice("md5=".length));
}

function text(header: ResponseHeaders[string]): string | undefined {
	return typeof header === "string" ? header : undefined;
}
