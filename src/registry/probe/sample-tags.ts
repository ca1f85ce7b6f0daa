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
	/** A repository that up to half of them are of: one that we may pull from, where that is not so of every other. */
	readonly repository?: string | undefined;
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
	options: SampleTagsOptions = {},
): Promise<readonly Tag[]> {
	const { count = 8, repository: named, random = Math.random } = options;
	const { signal } = options;
	const found = new Map<string, Tag>();
	const pick = <T>(items: readonly T[]): T | undefined =>
		items[Math.floor(random() * items.length)];

	async function tagOf(repository: string): Promise<Tag | undefined> {
		const prefix = `${REPOSITORIES_PREFIX}${repository}/${MANIFESTS}tags/`;
		const tag = pick(await namesBelow(store, prefix, { signal }));
		return tag === undefined
			? undefined
			: { repository, tag: tag.slice(0, -1) };
	}

	async function walk(): Promise<Tag | undefined> {
		let path = "";
		for (;;) {
			const prefix = `${REPOSITORIES_PREFIX}${path}`;
			const below = await namesBelow(store, prefix, { signal });
			const turn = pick(
				below.filter((name) => !name.startsWith("_") || name === MANIFESTS),
			);
			if (turn === undefined) return undefined;
			if (turn === MANIFESTS) return await tagOf(path.slice(0, -1));
			path += turn;
		}
	}

	const keep = (tag: Tag | undefined) => {
		if (tag !== undefined) found.set(`${tag.repository}:${tag.tag}`, tag);
	};
	if (named !== undefined)
		for (let looks = 0; looks < count && found.size < count / 2; looks++)
			keep(await tagOf(named));
	for (let walks = 0; walks < WALKS * count && found.size < count; walks++) {
		keep(await walk());
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
