import { StoreError } from "../store/errors.ts";
import { compareKeys } from "../store/key.ts";
import {
	type Call,
	type ObjectStore,
	PAGE_SIZE,
	type Page,
} from "../store/object-store.ts";
import { type Workers, workOff } from "./work-off.ts";

/** Most pages of one listing that are asked for at a time: more keep this thread busy, and many connections open. */
export const MAX_SHARDS = 16;

/** Keys after one key (exclusive) up to another (inclusive); `undefined`: from the prefix's first, up to its last. */
export interface Shard {
	readonly after: string | undefined;
	readonly upTo: string | undefined;
}

/** Takes in one shard, page by page, in the order of keys. */
interface ShardReader {
	take(page: Page): Promise<void> | void;
	/** All was taken in, up to this key (inclusive); `undefined`: up to the prefix's last. */
	end(upTo: string | undefined): void;
}

export interface ShardedListing extends Call {
	readonly prefix: string;
	/** Pages that are asked for at a time. */
	readonly shards: number;
	/** Keys at which the listing may be divided, in ascending order. Asked for once, and only when there is more than a page. */
	readonly boundaries: () => Promise<readonly string[]> | readonly string[];
	/** Called for each shard, when it begins. */
	readonly open: (after: string | undefined) => ShardReader;
	/** Told what was not listed of a shard that failed. Default: the first failure fails the whole listing. */
	readonly onFailure?: ((rest: Shard, error: StoreError) => void) | undefined;
	/** Pages with fewer objects (the last ones have) are no reason to divide; default 1,000. */
	readonly pageSize?: number | undefined;
}

/**
 * Lists a prefix as one listing does, in no order: each key in exactly one shard. It begins as one; after a full page, a
 * shard gives parts of what is left to those who have nothing to do, as many as it may have pages. So a small prefix costs
 * no more than a plain listing, and wherever keys crowd, others come to help. For stores that list from anywhere.
 */
export async function listInShards(
	store: ObjectStore,
	listing: ShardedListing,
): Promise<void> {
	let boundaries: readonly string[] | undefined;
	const { boundaries: find } = listing;
	const whole: Shard = { after: undefined, upTo: undefined };
	await workOff<Shard>(whole, listing.shards, async (shard, others) => {
		await listShard(store, listing, shard, others, async () => {
			boundaries ??= await find();
			return boundaries;
		});
	});
}

async function listShard(
	store: ObjectStore,
	listing: ShardedListing,
	shard: Shard,
	others: Workers<Shard>,
	boundaries: () => Promise<readonly string[]>,
): Promise<void> {
	const { prefix, open, onFailure, signal, pageSize = PAGE_SIZE } = listing;
	const reader = open(shard.after);
	let { after, upTo } = shard;
	let first: string | undefined;
	let pages = 0;
	try {
		const startAfter = shard.after;
		for await (const page of store.list({ prefix, startAfter, signal })) {
			const own = cutOff(page, upTo);
			await reader.take(own);
			if (own !== page) break;
			pages++;
			first ??= page.objects[0]?.key;
			after = page.objects.at(-1)?.key ?? after;
			if (others.idle === 0 || page.objects.length < pageSize) continue;
			const known = await boundaries();
			const inside = (key: string, from: string | undefined) =>
				(from === undefined || compareKeys(key, from) > 0) &&
				(upTo === undefined || compareKeys(key, upTo) < 0);
			const left = known.filter((key) => inside(key, after));
			// Counted from the first key: before it nothing tells how densely keys lie.
			const all = known.filter((key) => inside(key, first));
			const passed = all.length - left.length;
			const cuts = cutsOf(
				left,
				partsOf({ pages, passed, left, idle: others.idle }),
			);
			for (const [at, cut] of cuts.entries())
				others.add({ after: cut, upTo: cuts[at + 1] ?? upTo });
			upTo = cuts[0] ?? upTo;
		}
	} catch (error) {
		const isFirst = after === undefined;
		if (onFailure === undefined || isFirst || !(error instanceof StoreError))
			throw error;
		onFailure({ after, upTo }, error);
		return;
	}
	reader.end(upTo);
}

/** The page without what comes after a key; itself where nothing does. */
function cutOff(page: Page, upTo: string | undefined): Page {
	const last = page.objects.at(-1);
	if (upTo === undefined || last === undefined) return page;
	if (compareKeys(last.key, upTo) <= 0) return page;
	const objects = page.objects.filter(({ key }) => compareKeys(key, upTo) <= 0);
	return { ...page, objects };
}

/**
 * Into how many parts to divide what is left of a shard, its own among them: no more than pages are expected, if keys
 * lie as densely as so far, and no more than there are others with nothing to do.
 */
function partsOf({
	pages,
	passed,
	left,
	idle,
}: {
	readonly pages: number;
	/** Boundaries that were passed in these pages, and those that are left. */
	readonly passed: number;
	readonly left: readonly string[];
	readonly idle: number;
}): number {
	const expected = Math.floor((left.length * pages) / Math.max(passed, 1));
	return Math.min(idle + 1, expected, left.length + 1);
}

/** Divides what is left into so many parts, with as many boundaries in each. */
function cutsOf(left: readonly string[], parts: number): readonly string[] {
	const cuts: string[] = [];
	for (let part = 1; part < parts; part++) {
		const cut = left[Math.floor((part * left.length) / parts)];
		if (cut !== undefined) cuts.push(cut);
	}
	return cuts;
}
