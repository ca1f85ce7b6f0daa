import { exclusionOf } from "../layout/exclusion.ts";
import { copyRank, isLink } from "../layout/order.ts";
import { type Kind, kindOf } from "../layout/paths.ts";
import type { SectionListing } from "../layout/sections.ts";
import { compareKeys } from "../store/key.ts";
import type { ObjectMeta, Page } from "../store/object-store.ts";
import { decideObject } from "./decide-object.ts";
import { type LinkRead, readLink } from "./links.ts";
import type { Seen } from "./object-index.ts";
import { State } from "./object-state.ts";
import type { PassContext } from "./pass-context.ts";
import { endOf, SeenRange } from "./seen-range.ts";
import type { UnreadablePlaces } from "./unreadable-places.ts";

/** An object that must be looked at: it is new, or may have changed, or waits. */
interface Changed {
	readonly meta: ObjectMeta;
	readonly kind: Kind;
	/** A link's content, where the index knows it. */
	readonly content: string | undefined;
}

/** Takes a listing of one range of the source into the index, page by page. */
export class RangeReader {
	readonly #context: PassContext;
	readonly #listing: SectionListing;
	readonly #seen: SeenRange;
	readonly #places: UnreadablePlaces;

	/** `after`: where the listing begins (exclusive), when it is not that of the whole range. */
	constructor(
		context: PassContext,
		listing: SectionListing,
		places: UnreadablePlaces,
		after: string = listing.prefix,
	) {
		this.#context = context;
		this.#listing = listing;
		this.#places = places;
		const { prefix, ranks } = listing;
		this.#seen = new SeenRange(
			context.index,
			{ after, before: endOf(prefix), ranks },
			(key) => this.#onGone(key),
		);
	}

	/** Takes in a page; resolves when its links have been read. */
	async take({ objects, prefixes, unreadable }: Page): Promise<void> {
		for (const { prefix, error } of unreadable)
			if (isMissed(prefix)) this.#places.add(prefix, error);
		const changed: Changed[] = [];
		for (const [start, end, cut] of this.#runs(objects, prefixes)) {
			const run = objects.slice(start, end);
			const matches = this.#seen.match(run);
			for (const [at, meta] of run.entries())
				this.#compare(meta, matches[at], changed);
			if (cut !== undefined) this.#seen.skip(cut);
		}
		await this.#readAll(changed);
		const { observe } = this.#context;
		if (objects.length > 0)
			observe({ type: "source-read", objects: objects.length });
	}

	/**
	 * To be called when the listing has ended, or has come to a key (inclusive): what it did not name up to there is gone.
	 */
	end(upTo?: string): void {
		this.#seen.end(upTo);
	}

	/** A page's objects between what was cut off: from, to, and the prefix after them. */
	*#runs(
		objects: readonly ObjectMeta[],
		prefixes: readonly string[],
	): Generator<readonly [number, number, string | undefined]> {
		let start = 0;
		if (this.#listing.hasOthersInside) {
			for (const prefix of prefixes) {
				let end = start;
				for (; end < objects.length; end++) {
					const key = objects[end]?.key ?? prefix;
					if (compareKeys(key, prefix) >= 0) break;
				}
				yield [start, end, prefix];
				start = end;
			}
		}
		yield [start, objects.length, undefined];
	}

	#compare(meta: ObjectMeta, seen: Seen | undefined, changed: Changed[]): void {
		const { index, trustsIndex } = this.#context;
		const { key, version } = meta;
		if (trustsIndex && version !== "" && seen?.settled === version) return;
		if (exclusionOf(key) !== undefined) return;
		const kind = kindOf(key);
		const [lowest, highest] = this.#listing.ranks;
		const rank = copyRank(kind);
		if (rank < lowest || rank > highest) return;
		const content =
			seen !== undefined && version !== "" && isLink(kind)
				? index.content(key, version)
				: undefined;
		changed.push({ meta, kind, content });
	}

	/** Reads the links among them, several at a time, and decides on each object. */
	async #readAll(changed: readonly Changed[]): Promise<void> {
		const links: Changed[] = [];
		for (const object of changed) {
			if (isLink(object.kind) && object.content === undefined)
				links.push(object);
			else decideObject(this.#context, object);
		}
		if (links.length === 0) return;
		const { source, crews, signal } = this.#context;
		const waiting = links.values();
		const readWaiting = async (stays: () => boolean) => {
			while (stays()) {
				const { value: link } = waiting.next();
				if (link === undefined) return;
				this.#takeLink(link, await readLink(source, link.meta.key, signal));
				crews.reading.done(link.meta.size);
			}
		};
		await crews.reading.run(readWaiting, links.length);
	}

	#takeLink({ meta, kind }: Changed, read: LinkRead): void {
		const { index, counts, observe } = this.#context;
		const { key } = meta;
		switch (read.type) {
			case "digest":
				decideObject(this.#context, { meta, kind, content: read.content });
				break;
			case "malformed": {
				// It is there, so that nothing is taken for gone; and it is looked at in every pass.
				const known = { key, kind, size: meta.size, content: undefined };
				index.addSource({ ...known, version: "", state: State.malformed });
				counts.damage.malformed++;
				const damage = { kind: read.type, key, found: read.found };
				observe({ type: "broken", damage });
				break;
			}
			case "unreadable":
				this.#places.add(key, read.error);
				break;
			case "vanished":
				index.gone(key);
				break;
			default:
				read satisfies never;
		}
	}

	#onGone(key: string): void {
		if (!this.#places.covers(key)) this.#context.index.gone(key);
	}
}

/** Whether it matters that something could not be looked at: not where it is never copied by its name alone. */
function isMissed(keyOrPrefix: string): boolean {
	switch (exclusionOf(keyOrPrefix)) {
		case "temporary":
		case "upload":
		case "stray":
			return false;
		default:
			return true;
	}
}
