import { REPOSITORIES_PREFIX } from "../../layout/paths.ts";
import type { Call, ObjectStore } from "../../store/object-store.ts";

/** A tag of a repository. */
export interface Tag {
	readonly repository: string;
	readonly tag: string;
}

export interface SampleTagsOptions extends Call {
	/** Most tags; default 8. */
	readonly count?: number | undefined;
	/** From 0 to below 1; default `Math.random`. */
	readonly random?: (() => number) | undefined;
}

/** Walks for each tag that is wanted: some end in a repository without tags. */
const WALKS = 4;
const MANIFESTS = "_manifests/";

/**
 * Finds some tags in a registry's storage, by walks from the root that turn at random: each costs a few requests,
 * however many tags there are. Of each prefix, the first thousand names are known. Rejects with a `StoreError`.
 */
export async function sampleTags(
	store: ObjectStore,
	{ count = 8, random = Math.random, signal }: SampleTagsOptions = {},
): Promise<readonly Tag[]> {
	const found = new Map<string, Tag>();
	const pick = <T>(items: readonly T[]): T | undefined =>
		items[Math.floor(random() * items.length)];

	async function walk(): Promise<Tag | undefined> {
		let prefix = REPOSITORIES_PREFIX;
		for (;;) {
			const below = await namesBelow(store, prefix, { signal });
			const turn = pick(
				below.filter((name) => !name.startsWith("_") || name === MANIFESTS),
			);
			if (turn === undefined) return undefined;
			if (turn !== MANIFESTS) {
				prefix += turn;
				continue;
			}
			const tags = await namesBelow(store, `${prefix}${MANIFESTS}tags/`, {
				signal,
			});
			const tag = pick(tags)?.slice(0, -1);
			const repository = prefix.slice(REPOSITORIES_PREFIX.length, -1);
			return tag === undefined ? undefined : { repository, tag };
		}
	}

	for (let walks = 0; walks < WALKS * count && found.size < count; walks++) {
		const tag = await walk();
		if (tag !== undefined) found.set(`${tag.repository}:${tag.tag}`, tag);
	}
	return [...found.values()];
}

/**
 * The first names directly below a prefix that others lie below, each with its "/". Rejects with a `StoreError` when there
 * may be some that cannot be looked at (I2).
 */
export async function namesBelow(
	store: ObjectStore,
	prefix: string,
	{ signal }: Call,
): Promise<readonly string[]> {
	for await (const page of store.list({ prefix, isShallow: true, signal })) {
		const { prefixes, unreadable } = page;
		if (prefixes.length === 0 && unreadable[0] !== undefined)
			throw unreadable[0].error;
		return prefixes.map((name) => name.slice(prefix.length));
	}
	return [];
}
