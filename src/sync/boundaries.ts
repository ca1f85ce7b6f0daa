import { BLOB_BOUNDARIES, digestBoundaries } from "../layout/boundaries.ts";
import { REPOSITORIES_PREFIX } from "../layout/paths.ts";
import { compareKeys } from "../store/key.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { settle } from "./settle.ts";

/** As many directories make parts enough; with fewer, what is in them is looked at, too. */
const ENOUGH = 64;

/** Pages of names that are looked at in one directory. */
const MAX_PAGES = 5;

/**
 * Keys that divide a registry, in ascending order: the blobs by their digits, repositories by what directories there are.
 * Nothing depends on their being complete; the more evenly they lie, the better the parts are.
 */
export async function registryBoundaries(
	store: ObjectStore,
	signal: AbortSignal | undefined,
): Promise<readonly string[]> {
	const found: string[] = [REPOSITORIES_PREFIX];
	let level: readonly string[] = found;
	while (level.length > 0 && found.length < ENOUGH) {
		const below: string[] = [];
		const look = async (directory: string) => {
			const digits = digestBoundaries(directory);
			if (digits.length > 0) found.push(...digits);
			else below.push(...(await directoriesIn(store, directory, signal)));
		};
		await settle(level.map(look));
		found.push(...below);
		level = below;
	}
	return [...BLOB_BOUNDARIES, ...found].sort(compareKeys);
}

async function directoriesIn(
	store: ObjectStore,
	prefix: string,
	signal: AbortSignal | undefined,
): Promise<readonly string[]> {
	const directories: string[] = [];
	let pages = 0;
	for await (const page of store.list({ prefix, isShallow: true, signal })) {
		directories.push(...page.prefixes);
		if (++pages === MAX_PAGES) break;
	}
	return directories;
}
