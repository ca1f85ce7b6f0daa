import type { StoreError } from "./errors.ts";

/**
 * The one interface over every kind of store. Guarantees that hold on all of them, and that `describeStore`
 * (test/conformance) proves:
 *
 * - `list` yields keys in ascending order of their UTF-8 bytes, also across pages.
 * - `put` is all or nothing: a reader sees the old object or the new one, never a part. After an error it is the old
 *   one; only when the answer was lost (`unavailable`, a cancellation) may it be either.
 * - A body whose bytes do not match the digest or the size it was said to have is never stored.
 * - What could not be looked at is reported as unreadable or thrown; it is never left out silently.
 * - Errors are `StoreError`s, but for what a body throws; a cancelled call rejects with the signal's reason.
 * - What a store cannot name (see `keyProblem`) it refuses to put, and may refuse to look for, as `unsupported`.
 */
export interface ObjectStore extends AsyncDisposable {
	/** Where the store is, without secrets; for messages. */
	readonly url: string;
	/** Equal for two openings of the same place, however it was spelled; ends in "/". What lies inside begins with it. */
	readonly identity: string;
	/** The address of an object as this store's own tools write it (`s3://bucket/key`, a path); for output lines. */
	address(key: string): string;
	readonly can: Capabilities;
	/** The object's metadata; `undefined` when it does not exist. */
	head(key: string, call?: Call): Promise<ObjectMeta | undefined>;
	/** Opens an object; rejects with `not-found` when it does not exist. The caller disposes of the reader. */
	get(key: string, options?: GetOptions): Promise<ObjectReader>;
	/** Writes an object and resolves once it is durable; the metadata is the store's own answer. */
	put(
		key: string,
		body: Uint8Array | Body,
		options?: PutOptions,
	): Promise<ObjectMeta>;
	/** Deletes objects; absent ones count as deleted. Resolves to the keys that could not be deleted, and why. */
	delete(
		keys: readonly string[],
		call?: Call,
	): Promise<ReadonlyMap<string, StoreError>>;
	/** Lists objects page by page; a prefix that does not exist is an empty listing. */
	list(options: ListOptions): AsyncIterable<Page>;
}

/**
 * Facts about what a store can do. What it cannot do is refused with `unsupported`. What only a trial can tell of a
 * server is found out by the first call that needs it, and taken for true until then.
 */
export interface Capabilities {
	/** `only: "absent"` is honoured atomically. */
	readonly putIfAbsent: boolean;
	/** `only: { version }` is honoured atomically. */
	readonly putIfVersion: boolean;
	/** Bodies larger than this (bytes) go up in parts; `undefined` where there is no such difference. */
	readonly multipartThreshold: number | undefined;
	/**
	 * Whether several calls at a time are faster than one after the other, because each waits for a server. Otherwise
	 * they keep this thread busy.
	 */
	readonly waits: boolean;
	/** Whether a listing that begins at a key (`startAfter`) costs no more than what it lists. */
	readonly listsFromAnywhere: boolean;
}

export interface Call {
	readonly signal?: AbortSignal | undefined;
}

/** What a store says of an object. */
export interface ObjectMeta {
	readonly key: string;
	/** Bytes. */
	readonly size: number;
	/** Changes whenever the content may have: an etag, or what a file system has of that kind; "" = cannot tell. */
	readonly version: string;
	/** Milliseconds since 1970. */
	readonly lastModified: number;
	/**
	 * MD5 in lower-case hex, or what looks like one (an ETag under encryption may be something else). Equal values
	 * prove equal content; unequal ones prove nothing.
	 */
	readonly md5: string | undefined;
}

/** Bytes to be put, which can be read again for another attempt. */
export interface Body {
	/** Bytes; a body that turns out longer or shorter is refused as `incomplete`. */
	readonly size: number;
	/** All of it at once; asked for only below the store's multipart threshold. */
	bytes(): Promise<Uint8Array>;
	/** From the first byte, anew each time; a piece holds until the next is asked for. */
	open(): AsyncIterable<Uint8Array>;
}

/** What of an object to read; a range that is empty, or begins after the object's end, is refused as `unsupported`. */
export interface GetOptions extends Call {
	/** First byte, from 0. */
	readonly start?: number | undefined;
	/** The byte after the last one; one beyond the object's end stands for its end. */
	readonly end?: number | undefined;
}

/** An open object. Its body is read once, by `bytes` or by `stream`. */
export interface ObjectReader extends AsyncDisposable {
	readonly meta: ObjectMeta;
	/** The whole body; rejects with `unsupported` when there are more than `maxBytes`. */
	bytes(maxBytes: number): Promise<Uint8Array>;
	/** The body in pieces, each of which holds until the next is asked for; fails when fewer bytes come than were said. */
	stream(): AsyncIterable<Uint8Array>;
}

/** A hash of content: an algorithm that Node knows (`sha256`, `sha512`), and its value in lower-case hex. */
export interface ContentDigest {
	readonly algorithm: string;
	readonly hex: string;
}

export interface PutOptions extends Call {
	/** What the bytes must hash to. Proven before the object can be seen. */
	readonly digest?: ContentDigest | undefined;
	/** Write only when there is no such object, or only when it still has this version. */
	readonly only?: "absent" | { readonly version: string } | undefined;
}

export interface ListOptions extends Call {
	/** Keys that begin with this; "" for all. It need not end in "/". */
	readonly prefix: string;
	/** Only keys after this one. */
	readonly startAfter?: string | undefined;
	/**
	 * Asked of each prefix that ends in "/" (and is longer than `prefix`): true cuts it off. Its objects are not
	 * listed, and it is named in `Page.prefixes` instead. Every store honours this.
	 */
	readonly prune?: ((prefix: string) => boolean) | undefined;
	/**
	 * Cuts off every prefix, as a `prune` would that always says yes, and by one request a page: only what lies directly
	 * below `prefix` is told. One that `startAfter` lies in may be named or not. Default false.
	 */
	readonly isShallow?: boolean | undefined;
	/**
	 * A hint, asked of each prefix that ends in "/": of what lies below it only these names matter, told from the prefix
	 * on and in ascending order: objects (`link`, `current/link`) or, ending in "/", prefixes of which all matters. A
	 * store may look for them instead of listing the prefix; when it finds none of them, it lists the prefix.
	 */
	readonly only?:
		| ((prefix: string) => readonly string[] | undefined)
		| undefined;
}

/** A range of names that could not be looked at: unknown, never absent (I2). */
export interface Unreadable {
	/** A prefix (ends in "/"), or one key. */
	readonly prefix: string;
	readonly error: StoreError;
}

/** One page of a listing, at most 1,000 objects. */
export interface Page {
	readonly objects: readonly ObjectMeta[];
	/** What `prune` cut off, in ascending order; at least one object or directory is below each. */
	readonly prefixes: readonly string[];
	/** No later than any object that sorts after it. */
	readonly unreadable: readonly Unreadable[];
}

/** Most objects on one page. Source: S3 API reference, ListObjectsV2. */
export const PAGE_SIZE = 1000;
