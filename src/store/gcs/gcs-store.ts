import { readProven } from "../body.ts";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import { ResponseReader } from "../http/response-reader.ts";
import { keyProblem } from "../key.ts";
import type {
	Body,
	Call,
	Capabilities,
	GetOptions,
	ListOptions,
	ObjectMeta,
	ObjectReader,
	ObjectStore,
	Page,
	PutOptions,
} from "../object-store.ts";
import { rangeProblem } from "../range.ts";
import { retrying } from "../retry.ts";
import type { UploadLog } from "../upload-log.ts";
import { BucketListing } from "./bucket-listing.ts";
import { checksumsOf, isStored } from "./checksums.ts";
import { deleteEach } from "./delete-each.ts";
import { discarded } from "./discard.ts";
import { fromThrown } from "./errors.ts";
import { conditionQuery, downloadHeaders, metaFrom } from "./headers.ts";
import { LargeBodies } from "./large-bodies.ts";
import type { GcsLocation } from "./location.ts";
import {
	CONTENT_TYPE,
	MULTIPART_TYPE,
	multipartBody,
} from "./multipart-body.ts";
import { BucketPaths } from "./paths.ts";
import type { Plane } from "./plane.ts";
import {
	isHidden,
	OBJECT_FIELDS,
	type ObjectResource,
	parseObject,
} from "./resource.ts";

/** Bodies larger than this (bytes) go up in chunks. Below it, a body is held in memory and sent at once. */
export const RESUMABLE_THRESHOLD = 8 * 1024 * 1024;

/** A bucket, or a prefix of one, in Google Cloud Storage. An object's version is its generation. */
export class GcsStore implements ObjectStore {
	readonly url: string;
	readonly identity: string;
	readonly can: Capabilities = {
		putIfAbsent: true,
		putIfVersion: true,
		multipartThreshold: RESUMABLE_THRESHOLD,
		waits: true,
		listsFromAnywhere: true,
	};
	readonly #location: GcsLocation;
	readonly #plane: Plane;
	readonly #paths: BucketPaths;
	readonly #listing: BucketListing;
	readonly #large: LargeBodies;

	/**
	 * Takes over the plane, and closes it when disposed of. Without a log, large uploads are not gone on with after the
	 * process has ended. Throws what opening the log throws.
	 */
	constructor(location: GcsLocation, plane: Plane, log?: UploadLog) {
		this.url = location.url;
		this.identity = `${plane.origin}/${location.bucket}/${location.prefix}`;
		this.#location = location;
		this.#plane = plane;
		this.#paths = new BucketPaths(location);
		this.#listing = new BucketListing(location, plane, this.#paths);
		const own = (name: string) => name.slice(location.prefix.length);
		this.#large = new LargeBodies(
			plane,
			this.#paths,
			location,
			{
				url: this.url,
				identity: this.identity,
				address: (name) => this.address(own(name)),
				sizeOf: async (name, signal) =>
					(await retrying(() => this.head(own(name), { signal }), signal))
						?.size,
			},
			log,
		);
	}

	address(key: string): string {
		return `${this.url}/${key}`;
	}

	async head(key: string, call: Call = {}): Promise<ObjectMeta | undefined> {
		const about = this.#about("head", key);
		const { signal } = call;
		const path = this.#path(key, `fields=${OBJECT_FIELDS}`, about);
		const response = await this.#plane.request(
			{ method: "GET", path, headers: {}, signal },
			about,
			[404],
		);
		if (response.status === 404) return await this.#listed(key, signal);
		const { meta, isHidden: isAbsent } = this.#parsed(response.body, about);
		return isAbsent ? undefined : meta;
	}

	async get(key: string, options: GetOptions = {}): Promise<ObjectReader> {
		const { start, end, signal } = options;
		const about = this.#about("get", key);
		const problem = rangeProblem(options);
		if (problem !== undefined)
			throw new StoreError("unsupported", problem, about);
		const path = this.#path(key, "alt=media", about);
		const headers = downloadHeaders(start, end);
		const stream = await this.#plane.stream(
			{ method: "GET", path, headers, signal },
			about,
			[404],
		);
		if (stream.status === 404) {
			if ((await this.#listed(key, signal)) === undefined) throw absent(about);
			const reason = "it is listed, but the server says that it does not exist";
			throw new StoreError("unavailable", reason, about);
		}
		try {
			if (isHidden(stream.headers["content-type"])) throw absent(about);
			if (headers.range !== undefined && stream.status !== 206) {
				const reason = "the server gave all of it instead of a range";
				throw new StoreError("unsupported", reason, about);
			}
			const meta = metaFrom(key, stream.headers, about);
			return new ResponseReader(meta, stream, about, signal, fromThrown);
		} catch (error) {
			stream.cancel();
			throw error;
		}
	}

	async put(
		key: string,
		body: Uint8Array | Body,
		options: PutOptions = {},
	): Promise<ObjectMeta> {
		const about = this.#about("put", key);
		const problem = keyProblem(key);
		if (problem !== undefined)
			throw new StoreError("unsupported", problem, about);
		if (!(body instanceof Uint8Array) && body.size > RESUMABLE_THRESHOLD) {
			return await this.#large.put(key, body, options, about);
		}
		return await this.#putWhole(key, body, options, about);
	}

	async delete(
		keys: readonly string[],
		call: Call = {},
	): Promise<ReadonlyMap<string, StoreError>> {
		const { signal } = call;
		let hasAbsent = false;
		const failures = await deleteEach(keys, signal, async (key) => {
			const about = this.#about("delete", key);
			const path = this.#path(key, "", about);
			const { status } = await this.#plane.request(
				{ method: "DELETE", path, headers: {}, signal },
				about,
				[404],
			);
			hasAbsent ||= status === 404;
		});
		// Of a bucket that is gone nothing is known, not that its objects were deleted (I2).
		if (hasAbsent) await this.#listing.page({ prefix: "", signal }, {}, 1);
		return failures;
	}

	list(options: ListOptions): AsyncIterable<Page> {
		return this.#listing.pages(options);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#large[Symbol.dispose]();
		await this.#plane[Symbol.asyncDispose]();
	}

	/** Puts a body in one request; the server checks both checksums before the object can be seen (I4). */
	async #putWhole(
		key: string,
		body: Uint8Array | Body,
		{ digest, only, signal }: PutOptions,
		about: StoreErrorOptions,
	): Promise<ObjectMeta> {
		const condition = conditionQuery(only, about);
		const content = await readProven(body, digest, about);
		const checksums = checksumsOf(content);
		const resource = {
			name: this.#paths.name(key),
			contentType: CONTENT_TYPE,
			...(checksums.md5 === undefined ? {} : { md5Hash: checksums.md5 }),
			crc32c: checksums.crc32c,
		};
		const request = {
			method: "POST",
			path: this.#paths.upload(
				`uploadType=multipart&fields=${OBJECT_FIELDS}${condition}`,
			),
			headers: { "content-type": MULTIPART_TYPE },
			body: multipartBody(resource, content),
			signal,
		} as const;
		const response = await this.#plane.request(request, about);
		const stored = this.#parsed(response.body, about);
		if (isStored(stored, checksums)) return stored.meta;
		throw await discarded(this.#plane, this.#paths, key, stored, about);
	}

	/** The object as a listing gives it. 404 alone does not tell an absent object from an absent bucket (I2). */
	async #listed(
		key: string,
		signal: AbortSignal | undefined,
	): Promise<ObjectMeta | undefined> {
		const { objects } = await this.#listing.page(
			{ prefix: key, signal },
			{},
			1,
		);
		return objects[0]?.key === key ? objects[0] : undefined;
	}

	#path(key: string, query: string, about: StoreErrorOptions): string {
		// The path of no object is that of the listing.
		if (key === "")
			throw new StoreError("unsupported", "the key is empty", about);
		return this.#paths.object(key, query);
	}

	#parsed(body: Buffer, about: StoreErrorOptions): ObjectResource {
		try {
			return parseObject(body.toString(), this.#location.prefix);
		} catch (error) {
			if (!(error instanceof SyntaxError)) throw error;
			const reason = `the server's answer cannot be read: ${error.message}`;
			throw new StoreError("unavailable", reason, { ...about, cause: error });
		}
	}

	#about(operation: string, key: string): StoreErrorOptions {
		return { store: this.url, operation, key };
	}
}

function absent(about: StoreErrorOptions): StoreError {
	return new StoreError("not-found", "there is no such object", about);
}
