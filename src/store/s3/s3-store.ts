import { hash } from "node:crypto";
import { readProven } from "../body.ts";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { ResponseHeaders } from "../http/exchange.ts";
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
import { Conditions } from "./conditions.ts";
import type { Control } from "./control.ts";
import { DELETE_BATCH, deleteObjects } from "./delete-objects.ts";
import { fromFailure, fromResponse, fromThrown } from "./errors.ts";
import { Etags } from "./etags.ts";
import { etagFrom, metaFrom, rangeHeaders } from "./headers.ts";
import { LargeBodies } from "./large-bodies.ts";
import type { S3Location } from "./location.ts";
import { settingHeaders, withSettings } from "./object-settings.ts";
import type { Plane } from "./plane.ts";
import { ProvenBodies, sha256Header } from "./proven-bodies.ts";
import { ProvenParts } from "./proven-parts.ts";
import { SettingsCheck } from "./settings-check.ts";
import { CONTENT_TYPE } from "./upload-calls.ts";

/** A bucket, or a prefix of one, on S3 or a compatible server. */
export class S3Store implements ObjectStore {
	readonly url: string;
	readonly identity: string;
	readonly can: Capabilities;
	readonly #location: S3Location;
	readonly #prefix: string;
	readonly #plane: Plane;
	readonly #control: Control;
	readonly #etags = new Etags();
	readonly #listing: BucketListing;
	readonly #bodies: ProvenBodies;
	readonly #conditions: Conditions;
	readonly #settings: SettingsCheck;
	readonly #large: LargeBodies;
	/** Those of every put. */
	readonly #headers: Readonly<Record<string, string>>;

	/**
	 * Takes over both planes, and closes them when disposed of. Without a log, large uploads are not gone on with after the
	 * process has ended. Throws what opening the log throws.
	 */
	constructor(
		location: S3Location,
		plane: Plane,
		control: Control,
		log?: UploadLog,
	) {
		this.url = location.url;
		this.identity = control.address.identity + location.prefix;
		this.#location = location;
		this.#prefix = location.prefix;
		this.#plane = plane;
		this.#control = control;
		this.#listing = new BucketListing(location, plane, this.#etags);
		this.#bodies = new ProvenBodies(plane);
		this.#large = new LargeBodies(
			location,
			{
				plane,
				proven: new ProvenParts(plane, this.#bodies),
				calls: control.uploads,
			},
			{
				url: this.url,
				identity: this.identity,
				address: (full) => this.address(full.slice(this.#prefix.length)),
				sizeOf: (full, signal) => this.#sizeOf(full, signal),
			},
			log,
		);
		this.#settings = new SettingsCheck(location.objects);
		this.#headers = {
			"content-type": CONTENT_TYPE,
			...settingHeaders(location.objects),
		};
		this.#conditions = new Conditions({
			plane,
			prefix: location.prefix,
			headers: this.#headers,
		});
		const { can } = this.#conditions;
		this.can = {
			get putIfAbsent() {
				return can.putIfAbsent;
			},
			get putIfVersion() {
				return can.putIfVersion;
			},
			multipartThreshold: location.multipartThreshold,
			waits: true,
			listsFromAnywhere: true,
		};
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
		const isThere = status < 300;
		// A server that keeps files may answer for "a/b" when it is asked for "a//b"; a listing tells.
		if (isThere && keyProblem(key) === undefined)
			return metaFrom(key, headers, this.#etags, about);
		// A HEAD has no body to tell an absent object from an absent bucket, or what is wrong with the credentials: a
		// listing tells, or throws (I2).
		const { objects } = await this.#listing.page(
			{ prefix: key, signal: call.signal },
			{},
			1,
		);
		if (!isThere && status !== 404)
			throw fromResponse(status, headers, "", about);
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
			const meta = metaFrom(key, stream.headers, this.#etags, about);
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
		this.#settings.before(about);
		try {
			const isLarge =
				!(body instanceof Uint8Array) &&
				body.size > this.#location.multipartThreshold;
			const meta = isLarge
				? await this.#putParts(key, body, options)
				: await this.#putWhole(key, body, options);
			await this.#settings.after(() => this.#headersOf(key, about), about);
			return meta;
		} catch (error) {
			throw withSettings(error, this.#location.objects);
		}
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
			const errors = await deleteObjects(
				this.#plane,
				batch,
				this.#about("delete", keys[start] ?? ""),
				call.signal,
			);
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
		this.#large[Symbol.dispose]();
		this.#control.close();
		await this.#plane[Symbol.asyncDispose]();
	}

	async #putWhole(
		key: string,
		body: Uint8Array | Body,
		{ digest, only, signal }: PutOptions,
	): Promise<ObjectMeta> {
		const about = this.#about("put", key);
		const bytes = await readProven(body, digest, about);
		// Already proven to be the bytes' own.
		const sha256 =
			digest?.algorithm === "sha256"
				? digest.hex
				: hash("sha256", bytes, "hex");
		const conditions = await this.#conditions.headers(only, about, signal);
		const request = {
			method: "PUT",
			key: this.#prefix + key,
			headers: { ...this.#headers, ...sha256Header(sha256), ...conditions },
			body: bytes,
			sha256,
			signal,
		} as const;
		const { headers } = await this.#bodies.send(request, about);
		const version = etagFrom(headers);
		this.#etags.learn(version, bytes);
		return {
			key,
			size: bytes.length,
			version,
			lastModified: Date.now(),
			md5: this.#etags.md5Of(version, headers),
		};
	}

	async #headersOf(
		key: string,
		about: StoreErrorOptions,
	): Promise<ResponseHeaders> {
		const request = { method: "HEAD", key: this.#prefix + key } as const;
		const { headers } = await retrying(() =>
			this.#plane.request(request, about),
		);
		return headers;
	}

	async #putParts(
		key: string,
		body: Body,
		options: PutOptions,
	): Promise<ObjectMeta> {
		const about = this.#about("put", key);
		await this.#large.put(this.#prefix + key, body, options, about);
		const meta = await retrying(() => this.head(key));
		if (meta?.size !== body.size)
			throw new StoreError(
				"unknown",
				"it is not there after its upload was completed",
				about,
			);
		return meta;
	}

	async #sizeOf(
		full: string,
		signal: AbortSignal | undefined,
	): Promise<number | undefined> {
		const key = full.slice(this.#prefix.length);
		return (await retrying(() => this.head(key, { signal }), signal))?.size;
	}

	#about(operation: string, key: string): StoreErrorOptions {
		return { store: this.url, operation, key };
	}
}
