import { createHash, randomUUID } from "node:crypto";
import { readProven } from "./body.ts";
import { StoreError, type StoreErrorCode } from "./errors.ts";
import { compareKeys, keyProblem } from "./key.ts";
import {
	type Body,
	type Call,
	type Capabilities,
	type GetOptions,
	type ListOptions,
	type ObjectMeta,
	type ObjectReader,
	type ObjectStore,
	PAGE_SIZE,
	type Page,
	type PutOptions,
} from "./object-store.ts";
import { Pruner } from "./prune.ts";
import { rangeProblem } from "./range.ts";

interface Entry {
	readonly meta: ObjectMeta;
	readonly bytes: Uint8Array;
}

/** A store in memory, for tests and small trials. It keeps every promise of the contract, and all bytes. */
export class MemoryStore implements ObjectStore {
	readonly url: string;
	readonly identity: string;
	readonly can: Capabilities = {
		putIfAbsent: true,
		putIfVersion: true,
		multipartThreshold: undefined,
		// As of the stores that it stands for.
		waits: true,
		listsFromAnywhere: true,
	};
	readonly #objects = new Map<string, Entry>();

	constructor(name: string = randomUUID()) {
		this.url = `memory://${name}`;
		this.identity = `${this.url}/`;
	}

	address(key: string): string {
		return `${this.url}/${key}`;
	}

	async head(key: string, call?: Call): Promise<ObjectMeta | undefined> {
		call?.signal?.throwIfAborted();
		return this.#objects.get(key)?.meta;
	}

	async get(key: string, options: GetOptions = {}): Promise<ObjectReader> {
		options.signal?.throwIfAborted();
		const entry = this.#objects.get(key);
		if (entry === undefined)
			throw this.#error("not-found", "there is no such object", "get", key);
		const problem = rangeProblem(options, entry.meta.size);
		if (problem !== undefined)
			throw this.#error("unsupported", problem, "get", key);
		const bytes = entry.bytes.subarray(options.start ?? 0, options.end);
		return {
			meta: entry.meta,
			bytes: async (maxBytes) => {
				if (bytes.length > maxBytes) {
					throw this.#error(
						"unsupported",
						`it has ${bytes.length} bytes, more than ${maxBytes}`,
						"get",
						key,
					);
				}
				return bytes;
			},
			async *stream() {
				if (bytes.length > 0) yield bytes;
				options.signal?.throwIfAborted();
			},
			async [Symbol.asyncDispose]() {},
		};
	}

	async put(
		key: string,
		body: Uint8Array | Body,
		options: PutOptions = {},
	): Promise<ObjectMeta> {
		options.signal?.throwIfAborted();
		const problem = keyProblem(key);
		if (problem !== undefined)
			throw this.#error("unsupported", problem, "put", key);
		const bytes = Uint8Array.from(
			await readProven(body, options.digest, {
				store: this.url,
				operation: "put",
				key,
			}),
		);
		options.signal?.throwIfAborted();
		this.#check(key, options.only);
		const md5 = createHash("md5").update(bytes).digest("hex");
		const meta = {
			key,
			size: bytes.length,
			version: randomUUID(),
			lastModified: Date.now(),
			md5,
		};
		this.#objects.set(key, { meta, bytes });
		return meta;
	}

	async delete(
		keys: readonly string[],
		call?: Call,
	): Promise<ReadonlyMap<string, StoreError>> {
		call?.signal?.throwIfAborted();
		for (const key of keys) this.#objects.delete(key);
		return new Map();
	}

	async *list(options: ListOptions): AsyncGenerator<Page> {
		const { prefix, startAfter, isShallow = false } = options;
		const prune = isShallow ? () => true : options.prune;
		const pruner =
			prune === undefined ? undefined : new Pruner({ ...options, prune });
		const objects = [...this.#objects.values()]
			.map((entry) => entry.meta)
			.filter(
				({ key }) =>
					key.startsWith(prefix) &&
					(startAfter === undefined || compareKeys(key, startAfter) > 0),
			)
			.sort((left, right) => compareKeys(left.key, right.key));
		for (let start = 0; start < objects.length; start += PAGE_SIZE) {
			options.signal?.throwIfAborted();
			const page = objects.slice(start, start + PAGE_SIZE);
			yield {
				...(pruner?.apply(page) ?? { objects: page, prefixes: [] }),
				unreadable: [],
			};
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {}

	#check(key: string, only: PutOptions["only"]): void {
		if (only === undefined) return;
		const version = this.#objects.get(key)?.meta.version;
		if (only === "absent" ? version !== undefined : version !== only.version) {
			throw this.#error(
				"precondition-failed",
				"it exists, or is no longer what it was",
				"put",
				key,
			);
		}
	}

	#error(
		code: StoreErrorCode,
		reason: string,
		operation: string,
		key: string,
	): StoreError {
		return new StoreError(code, reason, { store: this.url, operation, key });
	}
}
