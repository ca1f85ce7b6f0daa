import { StoreError, type StoreErrorOptions } from "../errors.ts";
import { compareKeys } from "../key.ts";
import {
	type ListOptions,
	type ObjectMeta,
	PAGE_SIZE,
	type Page,
} from "../object-store.ts";
import { Pruner } from "../prune.ts";
import { retrying } from "../retry.ts";
import type { Etags } from "./etags.ts";
import { etagFrom } from "./headers.ts";
import { type Listing, parseListing } from "./list-parser.ts";
import type { S3Location } from "./location.ts";
import type { Plane } from "./plane.ts";

/** Most objects of a store that are read in vain before it is left open what ETags are. */
const MAX_SAMPLES = 3;

/** Where a listing goes on. */
interface Position {
	readonly startAfter?: string | undefined;
	readonly continuationToken?: string | undefined;
}

/** Lists a bucket, or a prefix of one, by ListObjectsV2. */
export class BucketListing {
	readonly #url: string;
	readonly #prefix: string;
	readonly #plane: Plane;
	readonly #etags: Etags;
	/** Objects that are still to be read to learn what ETags are. */
	#samples = MAX_SAMPLES;

	constructor({ url, prefix }: S3Location, plane: Plane, etags: Etags) {
		this.#etags = etags;
		this.#url = url;
		this.#prefix = prefix;
		this.#plane = plane;
	}

	/** The pages of `ObjectStore.list`. One that fails in a way that may pass is asked for again. */
	async *pages(options: ListOptions): AsyncGenerator<Page> {
		const { isShallow = false, prune } = options;
		const pruner =
			prune === undefined || isShallow
				? undefined
				: new Pruner({ ...options, prune });
		let position: Position = { startAfter: options.startAfter };
		let last = "";
		let lastPrefix = "";
		for (;;) {
			const from = position;
			const { objects, prefixes, continuationToken } = await retrying(
				() => this.#next(options, from),
				options.signal,
			);
			await this.#learn(objects, options.signal);
			for (const { key } of objects) {
				if (last !== "" && compareKeys(last, key) >= 0)
					throw this.#outOfOrder(options.prefix, last, key);
				last = key;
			}
			for (const prefix of prefixes) {
				if (lastPrefix !== "" && compareKeys(lastPrefix, prefix) >= 0)
					throw this.#outOfOrder(options.prefix, lastPrefix, prefix);
				lastPrefix = prefix;
			}
			const told = this.#etags.told(objects);
			const page = pruner?.apply(told) ?? { objects: told, prefixes };
			if (page.objects.length + page.prefixes.length > 0)
				yield { ...page, unreadable: [] };
			if (continuationToken === undefined) return;
			// Also where the rest of a prefix is cut off, and a listing that begins after it would be shorter: begun inside
			// "a/", MinIO leaves out objects where there is an "a-b/" or "a.b/" too, and says that it is complete (I2).
			position = { continuationToken };
		}
	}

	/** A page that comes again would be asked for ever; the next time it may be the right one. */
	async #next(options: ListOptions, from: Position): Promise<Listing> {
		const page = await this.page(options, from, PAGE_SIZE);
		const { continuationToken: token } = page;
		if (token === undefined || token !== from.continuationToken) return page;
		const reason = "the server lists the same page again and again";
		throw new StoreError("unavailable", reason, this.#about(options.prefix));
	}

	/** One page as the server gives it. */
	async page(
		options: Pick<ListOptions, "prefix" | "isShallow" | "signal">,
		{ startAfter, continuationToken }: Position,
		maxKeys: number,
	): Promise<Listing> {
		const about = this.#about(options.prefix);
		const query = {
			"list-type": "2",
			"encoding-type": "url",
			"max-keys": String(maxKeys),
			prefix: this.#prefix + options.prefix,
			delimiter: options.isShallow === true ? "/" : undefined,
			"start-after":
				startAfter === undefined ? undefined : this.#prefix + startAfter,
			"continuation-token": continuationToken,
		};
		const { body } = await this.#plane.request(
			{ method: "GET", key: "", query, signal: options.signal },
			about,
		);
		try {
			return parseListing(body.toString(), this.#prefix, this.#etags);
		} catch (error) {
			if (!(error instanceof SyntaxError || error instanceof URIError))
				throw error;
			// A page that was cut off on its way may come whole the next time.
			const reason = `the server's listing cannot be read: ${error.message}`;
			throw new StoreError("unavailable", reason, { ...about, cause: error });
		}
	}

	/** Reads a small object to learn what the bucket's ETags are: nothing else tells without a write. */
	async #learn(
		objects: readonly ObjectMeta[],
		signal: AbortSignal | undefined,
	): Promise<void> {
		const sample = this.#etags.sample(objects);
		if (sample === undefined || this.#samples === 0) return;
		this.#samples--;
		const key = this.#prefix + sample.key;
		try {
			const { headers, body } = await this.#plane.request(
				{ method: "GET", key, signal },
				this.#about(sample.key),
			);
			this.#etags.learn(etagFrom(headers), body);
		} catch {
			// Whoever needs the object meets the failure; here it only leaves the question open.
			signal?.throwIfAborted();
		}
	}

	#outOfOrder(prefix: string, before: string, after: string): StoreError {
		const reason = `the server lists keys out of order ("${after}" after "${before}")`;
		return new StoreError("unsupported", reason, this.#about(prefix));
	}

	#about(key: string): StoreErrorOptions {
		return { store: this.#url, operation: "list", key };
	}
}
