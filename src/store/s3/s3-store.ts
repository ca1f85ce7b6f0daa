import { hash } from "node:crypto";
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
import { BucketListing } from "./bucket-listing.ts";
import { CONTENT_TYPE, type Control } from "./control.ts";
import { fromFailure, fromResponse, fromThrown } from "./errors.ts";
import {
	conditionHeaders,
	etagFrom,
	metaFrom,
	rangeHeaders,
} from "./headers.ts";
import { md5Of } from "./list-parser.ts";
import type { S3Location } from "./location.ts";
import { MULTIPART_THRESHOLD, MultipartUpload } from "./multipart.ts";
import type { Plane } from "./plane.ts";

/** Most keys one DeleteObjects call takes. Source: S3 API reference, DeleteObjects. */
const DELETE_BATCH = 1000;

/** A bucket, or a prefix of one, on S3 or a compatible server. */
export class S3Store implements ObjectStore {
	readonly url: string;
	readonly identity: string;
	readonly can: Capabilities = {
		putIfAbsent: true,
		putIfVersion: true,
		multipartThreshold: MULTIPART_THRESHOLD,
	};
	readonly #prefix: string;
	readonly #plane: Plane;
	readonly #control: Control;
	readonly #listing: BucketListing;

	/** Takes over both planes, and closes them when disposed of. */
	constructor(location: S3Location, plane: Plane, control: Control) {
		this.url = location.url;
		this.identity = `${plane.origin}/${location.bucket}/${location.prefix}`;
		this.#prefix = location.prefix;
		this.#plane = plane;
		this.#control = control;
		this.#listing = new BucketListing(location, plane);
	}

	address(key: string): string {
		return `${this.url}/${key}`;
	}

	async head(key: string, call: Call = {}): Promise<ObjectMeta | undefined> {
		const request = {
			method: "HEAD",
			key: this.#prefix + key,
			signal: call.signal,
		} as const;
		const about = this.#about("head", key);
		const { status, headers } = await this.#plane.request(
			request,
			about,
			[400, 403, 404],
		);
		if (status < 300) return metaFrom(key, headers, about);
		// A HEAD has no body to tell an absent object from an absent bucket, or what is wrong with the credentials: a
		// listing tells, or throws (I2).
		const { objects } = await this.#listing.page(
			{ prefix: key, signal: call.signal },
			{},
			1,
		);
		if (status !== 404) throw fromResponse(status, headers, "", about);
		return objects[0]?.key === key ? objects[0] : undefined;
	}

	async get(key: string, options: GetOptions = {}): Promise<ObjectReader> {
		const { start, end, signal } = options;
		const headers = rangeHeaders(start, end);
		const about = this.#about("get", key);
		const problem = rangeProblem(options);
		if (problem !== undefined)
			throw new StoreError("unsupported", problem, about);
		const stream = await this.#plane.stream(
			{ method: "GET", key: this.#prefix + key, headers, signal },
			about,
		);
		try {
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
		if (!(body instanceof Uint8Array) && body.size > MULTIPART_THRESHOLD)
			return await this.#putParts(key, body, options);
		const bytes = await readProven(body, options.digest, about);
		const { digest } = options;
		// Already proven to be the bytes' own.
		const sha256 =
			digest?.algorithm === "sha256"
				? digest.hex
				: hash("sha256", bytes, "hex");
		const headers: Record<string, string> = {
			"content-type": CONTENT_TYPE,
			"x-amz-checksum-sha256": Buffer.from(sha256, "hex").toString("base64"),
			...conditionHeaders(options.only),
		};
		const { signal } = options;
		const request = {
			method: "PUT",
			key: this.#prefix + key,
			headers,
			body: bytes,
			sha256,
			signal,
		} as const;
		const response = await this.#plane.request(request, about);
		const version = etagFrom(response.headers);
		return {
			key,
			size: bytes.length,
			version,
			lastModified: Date.now(),
			md5: md5Of(version),
		};
	}

	async delete(
		keys: readonly string[],
		call: Call = {},
	): Promise<ReadonlyMap<string, StoreError>> {
		const failures = new Map<string, StoreError>();
		for (let start = 0; start < keys.length; start += DELETE_BATCH) {
			call.signal?.throwIfAborted();
			const batch = keys
				.slice(start, start + DELETE_BATCH)
				.map((key) => this.#prefix + key);
			const errors = await this.#control
				.deleteObjects(batch, call.signal)
				.catch((error: unknown) => {
					call.signal?.throwIfAborted();
					throw fromThrown(error, this.#about("delete", keys[start] ?? ""));
				});
			for (const { key: full, code, message } of errors) {
				const key = full.slice(this.#prefix.length);
				failures.set(
					key,
					fromFailure({ status: 0, code, message }, this.#about("delete", key)),
				);
			}
		}
		return failures;
	}

	list(options: ListOptions): AsyncGenerator<Page> {
		return this.#listing.pages(options);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#control.close();
		await this.#plane[Symbol.asyncDispose]();
	}

	async #putParts(
		key: string,
		body: Body,
		options: PutOptions,
	): Promise<ObjectMeta> {
		const about = this.#about("put", key);
		if (options.only !== undefined) {
			throw new StoreError(
				"unsupported",
				"an object this large cannot be put on a condition",
				about,
			);
		}
		await new MultipartUpload(
			this.#plane,
			this.#control,
			this.#prefix + key,
			about,
		).put(body, options);
		const meta = await retrying(() => this.head(key));
		if (meta?.size !== body.size)
			throw new StoreError(
				"unknown",
				"it is not there after its upload was completed",
				about,
			);
		return meta;
	}

	#about(operation: string, key: string): StoreErrorOptions {
		return { store: this.url, operation, key };
	}
}
