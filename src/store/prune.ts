import type { ListOptions, ObjectMeta } from "./object-store.ts";

/**
 * Applies `prune` to objects that come in key order from a flat listing, as object stores give it. Keeps only the
 * last key between calls, so one pruner serves all pages of a listing.
 */
export class Pruner {
	readonly #prefix: string;
	readonly #prune: (prefix: string) => boolean;
	#previous: string;
	/** The cut-off prefix that the listing is now below, if any. */
	#cut: string | undefined;

	constructor(
		options: ListOptions & { readonly prune: (prefix: string) => boolean },
	) {
		this.#prefix = options.prefix;
		this.#prune = options.prune;
		this.#previous = options.prefix;
	}

	/** The cut-off prefix in which the last key seen lies: a store may go on listing after it. */
	get cut(): string | undefined {
		return this.#cut;
	}

	/** Sorts a page's objects into those that stay and the prefixes that are cut off. */
	apply(objects: Iterable<ObjectMeta>): {
		objects: ObjectMeta[];
		prefixes: string[];
	} {
		const kept: ObjectMeta[] = [];
		const prefixes: string[] = [];
		for (const object of objects) {
			if (this.#cut !== undefined && object.key.startsWith(this.#cut)) continue;
			this.#cut = this.#firstCut(object.key);
			this.#previous = object.key;
			if (this.#cut === undefined) kept.push(object);
			else prefixes.push(this.#cut);
		}
		return { objects: kept, prefixes };
	}

	/** Asks of every prefix of the key that is not also one of the previous key, shortest first. */
	#firstCut(key: string): string | undefined {
		const previous = this.#previous;
		const start = this.#prefix.length;
		let shared = start;
		const end = Math.min(key.length, previous.length);
		while (
			shared < end &&
			key.charCodeAt(shared) === previous.charCodeAt(shared)
		)
			shared++;
		// A "/" at the point where the keys part belongs to the new key only; one right at `start - 1` is the prefix's own.
		for (
			let slash = key.indexOf("/", shared);
			slash !== -1;
			slash = key.indexOf("/", slash + 1)
		) {
			const prefix = key.slice(0, slash + 1);
			if (prefix.length > start && this.#prune(prefix)) return prefix;
		}
		return undefined;
	}
}
