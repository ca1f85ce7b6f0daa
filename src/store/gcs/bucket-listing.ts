import { StoreError, type StoreErrorOptions } from "../errors.ts";
import { compareKeys } from "../key.ts";
import { type ListOptions, PAGE_SIZE, type Page } from "../object-store.ts";
import { Pruner } from "../prune.ts";
import { retrying } from "../retry.ts";
import type { GcsLocation } from "./location.ts";
import type { BucketPaths } from "./paths.ts";
import type { Plane } from "./plane.ts";
import { LIST_FIELDS, type Listing, parseListing } from "./resource.ts";

/** Where a listing goes on. A page token holds only for the offset with which the listing began. */
interface Position {
	/** The first key that is wanted. */
	readonly startOffset?: string | undefined;
	readonly pageToken?: string | undefined;
}

/** Lists a bucket, or a prefix of one. */
export class BucketListing {
	readonly #url: string;
	readonly #prefix: string;
	readonly #plane: Plane;
	readonly #paths: BucketPaths;

	constructor({ url, prefix }: GcsLocation, plane: Plane, paths: BucketPaths) {
		this.#url = url;
		this.#prefix = prefix;
		this.#plane = plane;
		this.#paths = paths;
	}

	/** The pages of `ObjectStore.list`. One that fails in a way that may pass is asked for again. */
	async *pages(options: ListOptions): AsyncGenerator<Page> {
		const { startAfter, isShallow = false, prune, signal } = options;
		const pruner =
			prune === undefined || isShallow
				? undefined
				: new Pruner({ ...options, prune });
		let position: Position = { startOffset: startAfter };
		let last = "";
		let lastPrefix = "";
		for (;;) {
			const from = position;
			const page = await retrying(() => this.#next(options, from), signal);
			const { objects: listed, prefixes, nextPageToken } = page;
			for (const { key } of listed) {
				if (last !== "" && compareKeys(last, key) >= 0)
					throw this.#outOfOrder(options.prefix, last, key);
				last = key;
			}
			for (const prefix of prefixes) {
				if (lastPrefix !== "" && compareKeys(lastPrefix, prefix) >= 0)
					throw this.#outOfOrder(options.prefix, lastPrefix, prefix);
				lastPrefix = prefix;
			}
			const objects = listed[0]?.key === startAfter ? listed.slice(1) : listed;
			const told = pruner?.apply(objects) ?? { objects, prefixes };
			if (told.objects.length + told.prefixes.length > 0)
				yield { ...told, unreadable: [] };
			if (nextPageToken === undefined) return;
			// What is left of a prefix that is cut off need not be listed.
			const cut = pruner?.cut;
			position =
				cut === undefined
					? { ...from, pageToken: nextPageToken }
					: { startOffset: afterAllOf(cut) };
		}
	}

	/** A page that comes again would be asked for ever; the next time it may be the right one. */
	async #next(options: ListOptions, from: Position): Promise<Listing> {
		const page = await this.page(options, from, PAGE_SIZE);
		const { nextPageToken } = page;
		if (nextPageToken !== undefined && nextPageToken === from.pageToken)
			throw this.#standsStill(options.prefix);
		return page;
	}

	/** One page as the server gives it. */
	async page(
		{
			prefix,
			isShallow = false,
			signal,
		}: Pick<ListOptions, "prefix" | "isShallow" | "signal">,
		{ startOffset, pageToken }: Position,
		maxResults: number,
	): Promise<Listing> {
		const about = this.#about(prefix);
		const path = this.#paths.list({
			maxResults: String(maxResults),
			fields: LIST_FIELDS,
			prefix: this.#prefix + prefix,
			delimiter: isShallow ? "/" : undefined,
			startOffset:
				startOffset === undefined ? undefined : this.#prefix + startOffset,
			pageToken,
		});
		const { body } = await this.#plane.request(
			{ method: "GET", path, headers: {}, signal },
			about,
		);
		try {
			return parseListing(body.toString(), this.#prefix);
		} catch (error) {
			if (!(error instanceof SyntaxError)) throw error;
			// A page that was cut off on its way may come whole the next time.
			const reason = `the server's listing cannot be read: ${error.message}`;
			throw new StoreError("unavailable", reason, { ...about, cause: error });
		}
	}

	#outOfOrder(prefix: string, before: string, after: string): StoreError {
		const reason = `the server lists keys out of order ("${after}" after "${before}")`;
		return new StoreError("unsupported", reason, this.#about(prefix));
	}

	#standsStill(prefix: string): StoreError {
		const reason = "the server lists the same page again and again";
		return new StoreError("unavailable", reason, this.#about(prefix));
	}

	#about(key: string): StoreErrorOptions {
		return { store: this.#url, operation: "list", key };
	}
}

/** The smallest key after all that begin with a prefix that ends in "/": "0" follows "/". */
function afterAllOf(prefix: string): string {
	return `${prefix.slice(0, -1)}0`;
}
