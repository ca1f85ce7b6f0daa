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
import { type Listing, parseListing } from "./list-parser.ts";
import { STAGING } from "./names.ts";
import type { Plane } from "./plane.ts";
import { Utf8Order } from "./utf8-order.ts";

/** Most names on one page of the service. Source: Azure Storage REST API reference, "List Blobs". */
const MAX_RESULTS = 5000;

/** Which names, and where the listing goes on. */
export interface PageRequest {
	/** Whole, as the container has it. */
	readonly prefix: string;
	readonly marker?: string | undefined;
	readonly delimiter?: string | undefined;
	readonly maxResults: number;
	readonly signal?: AbortSignal | undefined;
}

/** Asks for one page of a container's names. Keys are given without `namePrefix`. */
export async function listPage(
	plane: Plane,
	request: PageRequest,
	namePrefix: string,
	about: StoreErrorOptions,
): Promise<Listing> {
	const { prefix, marker, delimiter, maxResults, signal } = request;
	const query = {
		restype: "container",
		comp: "list",
		prefix: prefix || undefined,
		marker,
		delimiter,
		maxresults: String(maxResults),
		// Shows what is a directory.
		include: "metadata",
	};
	const { body } = await plane.request(
		{ method: "GET", name: "", query, signal },
		about,
	);
	try {
		return parseListing(textOf(body), namePrefix);
	} catch (error) {
		if (!(error instanceof SyntaxError || error instanceof URIError))
			throw error;
		// A page that was cut off on its way may come whole the next time.
		throw new StoreError(
			"unavailable",
			`the server's listing cannot be read: ${error.message}`,
			{ ...about, cause: error },
		);
	}
}

const BYTE_ORDER_MARK = Buffer.from("\uFEFF");

/** Without the mark that the service begins with: by that one character, all others would take twice the memory. */
function textOf(body: Buffer): string {
	const { length } = BYTE_ORDER_MARK;
	const isMarked = body.subarray(0, length).equals(BYTE_ORDER_MARK);
	return body.toString("utf8", isMarked ? length : 0);
}

/** Lists a container, or a prefix of one. */
export class ContainerListing {
	readonly #url: string;
	readonly #namePrefix: string;
	readonly #plane: Plane;

	constructor(url: string, namePrefix: string, plane: Plane) {
		this.#url = url;
		this.#namePrefix = namePrefix;
		this.#plane = plane;
	}

	/**
	 * The pages of `ObjectStore.list`. One that fails in a way that may pass is asked for again. The service cannot begin
	 * at a key, so that what comes before `startAfter`, and what is cut off, is listed and left out.
	 */
	async *pages(options: ListOptions): AsyncGenerator<Page> {
		const { prefix, startAfter, isShallow = false, signal } = options;
		const prune = isShallow ? all : options.prune;
		const about = { store: this.#url, operation: "list", key: prefix };
		const pruner =
			prune === undefined ? undefined : new Pruner({ ...options, prune });
		const order = new Utf8Order(about);
		let last = "";
		let marker: string | undefined;
		for (;;) {
			const request = {
				prefix: this.#namePrefix + prefix,
				marker,
				delimiter: isShallow ? "/" : undefined,
				maxResults: MAX_RESULTS,
				signal,
			};
			const listing = await retrying(() => this.#next(request, about), signal);
			if (listing.directory !== undefined)
				throw hierarchical(listing.directory, about);
			const ready = order.push(this.#allOf(listing, about));
			const objects =
				listing.marker === undefined ? [...ready, ...order.end()] : ready;
			for (const { key } of objects) {
				if (last !== "" && compareKeys(last, key) >= 0)
					throw outOfOrder(last, key, about);
				last = key;
			}
			const wanted = objects.filter(
				({ key }) =>
					(startAfter === undefined || compareKeys(key, startAfter) > 0) &&
					!key.startsWith(STAGING),
			);
			for (let start = 0; start < wanted.length; start += PAGE_SIZE) {
				signal?.throwIfAborted();
				const page = pageOf(wanted.slice(start, start + PAGE_SIZE), pruner);
				if (page.objects.length + page.prefixes.length > 0) yield page;
			}
			if (listing.marker === undefined) return;
			marker = listing.marker;
		}
	}

	/** Also the prefixes, as the objects that the pruner would cut off to name them. */
	#allOf(
		{ objects, prefixes }: Listing,
		about: StoreErrorOptions,
	): readonly ObjectMeta[] {
		if (prefixes.length === 0) return objects;
		const named = prefixes.map((name) => {
			if (name.startsWith(this.#namePrefix))
				return { ...NOTHING, key: name.slice(this.#namePrefix.length) };
			const reason = "a name does not begin with the prefix asked for";
			throw new StoreError("unavailable", reason, about);
		});
		// In the order of UTF-16 units, as `Utf8Order` takes it.
		return [...objects, ...named].sort((left, right) =>
			left.key < right.key ? -1 : 1,
		);
	}

	/** A page that comes again would be asked for ever; the next time it may be the right one. */
	async #next(
		request: PageRequest,
		about: StoreErrorOptions,
	): Promise<Listing> {
		const page = await listPage(this.#plane, request, this.#namePrefix, about);
		if (page.marker === undefined || page.marker !== request.marker)
			return page;
		const reason = "the server lists the same page again and again";
		throw new StoreError("unavailable", reason, about);
	}
}

const NOTHING = { size: 0, version: "", lastModified: 0, md5: undefined };

function all(): boolean {
	return true;
}

function pageOf(
	objects: readonly ObjectMeta[],
	pruner: Pruner | undefined,
): Page {
	return {
		...(pruner?.apply(objects) ?? { objects, prefixes: [] }),
		unreadable: [],
	};
}

function hierarchical(name: string, about: StoreErrorOptions): StoreError {
	const reason = `"${name}" stands for a directory, as in an account with a hierarchical namespace, which does not list names in order`;
	return new StoreError("unsupported", reason, {
		...about,
		suggestions: [HIERARCHICAL_ADVICE],
	});
}

/** What to do about an account with a hierarchical namespace. */
export const HIERARCHICAL_ADVICE =
	"Copy the container to an account without a hierarchical namespace first, for instance with azcopy.";

function outOfOrder(
	before: string,
	after: string,
	about: StoreErrorOptions,
): StoreError {
	const reason = `the server lists keys out of order ("${after}" after "${before}")`;
	return new StoreError("unsupported", reason, about);
}
