import { StoreError } from "./errors.ts";
import { keyProblem } from "./key.ts";
import type {
	ListOptions,
	ObjectMeta,
	ObjectReader,
	ObjectStore,
	Page,
} from "./object-store.ts";

/** What every store writes in its addresses as it is. */
const PLAIN = /^[A-Za-z0-9._~/-]+\/$/;

/**
 * What lies below a prefix of a store, as a store of its own: keys begin after the prefix, in answers and errors too.
 * The prefix ends in "/", and is of letters, digits, ".", "_", "~" and "-" besides; any other is `unsupported`.
 */
export function prefix(store: ObjectStore, inside: string): ObjectStore {
	const mapping = new Mapping(store, inside);
	const { url } = mapping;
	return {
		url,
		identity: `${store.identity}${inside}`,
		can: store.can,
		address: (key) => store.address(inside + key),
		head: async (key, call) => {
			const meta = await mapping.errors(store.head(inside + key, call));
			return meta && mapping.meta(meta);
		},
		get: async (key, options) =>
			mapping.reader(await mapping.errors(store.get(inside + key, options))),
		put: async (key, body, options) =>
			mapping.meta(
				await mapping.errors(store.put(inside + key, body, options)),
			),
		delete: async (keys, call) => {
			const within = keys.map((key) => inside + key);
			const failures = await mapping.errors(store.delete(within, call));
			return new Map(
				[...failures].map(([key, error]) => [
					key.slice(inside.length),
					mapping.error(error),
				]),
			);
		},
		list: (options) => mapping.pages(options),
		[Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
	};
}

/** Maps what a store says to what is said below a prefix of it. */
class Mapping {
	readonly url: string;
	readonly #store: ObjectStore;
	readonly #prefix: string;

	constructor(store: ObjectStore, inside: string) {
		if (!PLAIN.test(inside) || keyProblem(inside.slice(0, -1)) !== undefined) {
			throw new StoreError(
				"unsupported",
				`"${inside}" is no prefix that a store can be made of`,
				{ store: store.url, operation: "open" },
			);
		}
		this.#store = store;
		this.#prefix = inside;
		this.url = `${store.url.replace(/\/$/, "")}/${inside.slice(0, -1)}`;
	}

	/** The version of some is spelled out only when it is asked for: it still is. */
	meta(meta: ObjectMeta): ObjectMeta {
		const { size, lastModified, md5 } = meta;
		return {
			key: this.#key(meta.key),
			size,
			lastModified,
			md5,
			get version() {
				return meta.version;
			},
		};
	}

	reader(reader: ObjectReader): ObjectReader {
		const meta = this.meta(reader.meta);
		return {
			meta,
			bytes: (maxBytes) => this.errors(reader.bytes(maxBytes)),
			stream: () => this.#stream(reader),
			[Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
		};
	}

	async *pages(options: ListOptions): AsyncGenerator<Page> {
		const { startAfter, prune, isShallow, only, signal } = options;
		const pages = this.#store.list({
			prefix: this.#prefix + options.prefix,
			startAfter:
				startAfter === undefined ? undefined : this.#prefix + startAfter,
			isShallow,
			prune: prune && ((asked) => prune(this.#key(asked))),
			only: only && ((asked) => only(this.#key(asked))),
			signal,
		});
		try {
			for await (const { objects, prefixes, unreadable } of pages)
				yield {
					objects: objects.map((object) => this.meta(object)),
					prefixes: prefixes.map((one) => this.#key(one)),
					unreadable: unreadable.map(({ prefix: range, error }) => ({
						// What is unknown can begin above the prefix: then all below it is.
						prefix: this.#key(range),
						error: this.error(error),
					})),
				};
		} catch (error) {
			throw this.#mapped(error);
		}
	}

	/** The same, with errors of the store mapped. */
	async errors<T>(answer: Promise<T>): Promise<T> {
		try {
			return await answer;
		} catch (error) {
			throw this.#mapped(error);
		}
	}

	error(error: StoreError): StoreError {
		const { code, reason, operation, key, suggestions, retryAfterMs } = error;
		return new StoreError(code, reason, {
			store: this.url,
			operation,
			key: key === undefined ? undefined : this.#key(key),
			cause: error,
			suggestions,
			retryAfterMs,
		});
	}

	/** Errors that a body threw are of another store, or of none, and stay as they are. */
	#mapped(error: unknown): unknown {
		return error instanceof StoreError && error.store === this.#store.url
			? this.error(error)
			: error;
	}

	async *#stream(reader: ObjectReader): AsyncGenerator<Uint8Array> {
		try {
			yield* reader.stream();
		} catch (error) {
			throw this.#mapped(error);
		}
	}

	#key(key: string): string {
		return key.slice(this.#prefix.length);
	}
}
