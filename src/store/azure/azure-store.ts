import { readProven } from "../body.ts";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import { ResponseReader } from "../http/response-reader.ts";
import { md5Sum } from "../md5.ts";
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
import { BLOCK_THRESHOLD } from "./block-upload.ts";
import { ContainerListing } from "./container-listing.ts";
import { BATCH_SIZE, BlobDeletion } from "./delete-blobs.ts";
import { fromResponse, fromThrown, serviceCode } from "./errors.ts";
import { metaFrom, rangeHeaders } from "./headers.ts";
import { LargeBlobs } from "./large-blobs.ts";
import type { AzureLocation } from "./location.ts";
import { type NameRules, nameProblem, newNameProblem } from "./names.ts";
import type { Plane } from "./plane.ts";
import { SmallBlobs } from "./small-blobs.ts";
import { Staging } from "./staging.ts";

/** A container, or a prefix of one, in Azure Blob Storage. */
export class AzureStore implements ObjectStore {
	readonly url: string;
	readonly identity: string;
	readonly can: Capabilities = {
		putIfAbsent: true,
		putIfVersion: true,
		multipartThreshold: BLOCK_THRESHOLD,
		waits: true,
		// The service goes on from where a listing ended, and cannot begin elsewhere.
		listsFromAnywhere: false,
	};
	readonly #prefix: string;
	readonly #plane: Plane;
	readonly #names: NameRules;
	readonly #listing: ContainerListing;
	readonly #deletion: BlobDeletion;
	readonly #small: SmallBlobs;
	readonly #large: LargeBlobs;

	/**
	 * Takes over the plane, and closes it when disposed of. `namePrefix` is what the names of all blobs begin with: "" or
	 * ending in "/".
	 */
	constructor(
		location: AzureLocation,
		namePrefix: string,
		names: NameRules,
		plane: Plane,
	) {
		this.url = location.url;
		this.identity = `${plane.containerUrl}/${namePrefix}`;
		this.#prefix = namePrefix;
		this.#plane = plane;
		this.#names = names;
		this.#listing = new ContainerListing(location.url, namePrefix, plane);
		this.#deletion = new BlobDeletion(plane);
		const staging = new Staging(plane, namePrefix);
		this.#small = new SmallBlobs(plane, staging, location.appendBelow);
		this.#large = new LargeBlobs(plane, staging);
	}

	address(key: string): string {
		return this.identity + key;
	}

	async head(key: string, call: Call = {}): Promise<ObjectMeta | undefined> {
		const about = this.#about("head", key);
		refuse(nameProblem(key, this.#names), about);
		const { status, headers } = await this.#plane.request(
			{ method: "HEAD", name: this.#prefix + key, signal: call.signal },
			about,
			[404],
		);
		if (status < 300) return metaFrom(key, headers, about);
		// A proxy says 404 as well, without a code (I2).
		if (serviceCode(headers, "") === "BlobNotFound") return undefined;
		throw fromResponse(status, headers, "", about);
	}

	async get(key: string, options: GetOptions = {}): Promise<ObjectReader> {
		const { start, end, signal } = options;
		const about = this.#about("get", key);
		refuse(nameProblem(key, this.#names) ?? rangeProblem(options), about);
		const name = this.#prefix + key;
		const headers = rangeHeaders(start, end);
		const stream = await this.#plane.stream(
			{ method: "GET", name, headers, signal },
			about,
		);
		try {
			const meta = metaFrom(key, stream.headers, about);
			// Azurite answers with nothing where Azure refuses.
			refuse(rangeProblem(options, meta.size), about);
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
		refuse(newNameProblem(key, this.#names), about);
		const name = this.#prefix + key;
		if (!(body instanceof Uint8Array) && body.size > BLOCK_THRESHOLD) {
			const written = await this.#large.put(name, body, options, about);
			return { key, ...written };
		}
		const bytes = await readProven(body, options.digest, about);
		const md5 = md5Sum(bytes);
		const written = await this.#small.put({ name, bytes, md5 }, options, about);
		return {
			key,
			size: bytes.length,
			version: written.version,
			lastModified: Date.now(),
			md5: written.hasMd5 ? md5?.toString("hex") : undefined,
		};
	}

	async delete(
		keys: readonly string[],
		{ signal }: Call = {},
	): Promise<ReadonlyMap<string, StoreError>> {
		const failures = new Map<string, StoreError>();
		const names: string[] = [];
		for (const key of keys) {
			const problem = nameProblem(key, this.#names);
			if (problem === undefined) names.push(this.#prefix + key);
			else failures.set(key, refusal(problem, this.#about("delete", key)));
		}
		const keyOf = (name: string) => name.slice(this.#prefix.length);
		const about = (name: string) => this.#about("delete", keyOf(name));
		for (let start = 0; start < names.length; start += BATCH_SIZE) {
			signal?.throwIfAborted();
			const batch = names.slice(start, start + BATCH_SIZE);
			const failed = await this.#deletion.delete(batch, about, signal);
			for (const [name, error] of failed) failures.set(keyOf(name), error);
		}
		return failures;
	}

	list(options: ListOptions): AsyncIterable<Page> {
		return this.#listing.pages(options);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		const about = (name: string) => this.#about("delete", name);
		try {
			// What cannot be deleted is a few bytes that no listing shows.
			const staged = this.#small.staged();
			for (let start = 0; start < staged.length; start += BATCH_SIZE)
				await this.#deletion.delete(
					staged.slice(start, start + BATCH_SIZE),
					about,
					undefined,
				);
		} finally {
			await this.#plane[Symbol.asyncDispose]();
		}
	}

	#about(operation: string, key: string): StoreErrorOptions {
		return { store: this.url, operation, key };
	}
}

function refuse(problem: string | undefined, about: StoreErrorOptions): void {
	if (problem !== undefined) throw refusal(problem, about);
}

function refusal(problem: string, about: StoreErrorOptions): StoreError {
	return new StoreError("unsupported", problem, about);
}
