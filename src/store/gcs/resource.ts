import type { ObjectMeta } from "../object-store.ts";

/** What is asked for of each object; the whole resource is five times as long. */
const FIELDS = "name,size,generation,md5Hash,updated,contentType";
export const OBJECT_FIELDS = `kind,${FIELDS},crc32c`;
export const LIST_FIELDS = `kind,items(${FIELDS}),prefixes,nextPageToken`;

/** An object as the JSON API describes it. */
export interface ObjectResource {
	readonly meta: ObjectMeta;
	/** In base64. */
	readonly crc32c: string | undefined;
	readonly isHidden: boolean;
}

/** One page of a listing; hidden objects are left out. */
export interface Listing {
	readonly objects: readonly ObjectMeta[];
	/** Names up to the delimiter, where one was asked for. */
	readonly prefixes: readonly string[];
	/** Continues the listing; `undefined` on the last page. */
	readonly nextPageToken: string | undefined;
}

/**
 * What the registry's driver keeps an unfinished upload's last bytes in. It is no object to it, and none to us.
 * Source: registry/storage/driver/gcs/gcs.go, uploadSessionContentType.
 */
const HIDDEN_CONTENT_TYPE = "application/x-docker-upload-session";

/** Whether an object of this type is one that the registry's driver hides. */
export function isHidden(contentType: unknown): boolean {
	return contentType === HIDDEN_CONTENT_TYPE;
}

/** Reads an object resource. Throws a `SyntaxError` on anything else. */
export function parseObject(json: string, prefix: string): ObjectResource {
	const value = record(JSON.parse(json));
	if (value.kind !== "storage#object") throw new SyntaxError("no object");
	return {
		meta: metaOf(value, prefix),
		crc32c: typeof value.crc32c === "string" ? value.crc32c : undefined,
		isHidden: isHidden(value.contentType),
	};
}

/**
 * Reads a page of a listing; keys are given without `prefix`. Throws a `SyntaxError` on anything else: what does not say
 * that it is a listing is not taken for an empty one (I2).
 */
export function parseListing(json: string, prefix: string): Listing {
	const {
		kind,
		items = [],
		prefixes = [],
		nextPageToken,
	} = record(JSON.parse(json));
	if (
		kind !== "storage#objects" ||
		!Array.isArray(items) ||
		!Array.isArray(prefixes)
	)
		throw new SyntaxError("no listing of objects");
	if (nextPageToken !== undefined && typeof nextPageToken !== "string")
		throw new SyntaxError("a page token that is no text");
	const objects: ObjectMeta[] = [];
	for (const item of items) {
		const value = record(item);
		if (!isHidden(value.contentType)) objects.push(metaOf(value, prefix));
	}
	return {
		objects,
		prefixes: prefixes.map((each) => keyFrom(each, prefix)),
		// An empty token would ask for the first page again.
		nextPageToken: nextPageToken || undefined,
	};
}

function metaOf(
	value: Readonly<Record<string, unknown>>,
	prefix: string,
): ObjectMeta {
	const { name, size, generation, md5Hash, updated } = value;
	const key = keyFrom(name, prefix);
	if (typeof size !== "string" || !/^\d{1,15}$/.test(size))
		throw new SyntaxError("an object without a size");
	if (typeof generation !== "string" || !/^\d+$/.test(generation))
		throw new SyntaxError("an object without a generation");
	return {
		key,
		size: Number(size),
		version: generation,
		lastModified: typeof updated === "string" ? Date.parse(updated) : 0,
		md5: md5Of(md5Hash),
	};
}

function keyFrom(name: unknown, prefix: string): string {
	if (typeof name !== "string" || !name.startsWith(prefix))
		throw new SyntaxError(
			"an object whose name does not begin with the prefix asked for",
		);
	return name.slice(prefix.length);
}

/** An MD5 in hex, from base64; composite objects have none. */
export function md5Of(base64: unknown): string | undefined {
	// One buffer for all: a page has a thousand of them.
	return typeof base64 === "string" && SCRATCH.write(base64, "base64") === 16
		? SCRATCH.toString("hex", 0, 16)
		: undefined;
}

const SCRATCH = Buffer.alloc(17);

function record(value: unknown): Readonly<Record<string, unknown>> {
	if (isRecord(value)) return value;
	throw new SyntaxError("no JSON object");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
