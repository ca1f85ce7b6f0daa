import { BLOB_BOUNDARIES, blobPlaces } from "../layout/boundaries.ts";
import {
	BLOBS_PREFIX,
	REGISTRY_PREFIX,
	REPOSITORIES_PREFIX,
} from "../layout/paths.ts";
import {
	BLOB_LISTING,
	directoryListing,
	isOthers,
	isSection,
	READ_ORDER,
	REPOSITORY_LISTING,
	REST_LISTING,
	repositoryOfSection,
	restListing,
	type SectionListing,
	sectionListing,
} from "../layout/sections.ts";
import { atMost } from "../store/at-most.ts";
import { StoreError } from "../store/errors.ts";
import type { PassContext } from "./pass-context.ts";
import { RangeReader } from "./range-reader.ts";
import { listInShards, MAX_SHARDS } from "./shards.ts";
import { UnreadablePlaces } from "./unreadable-places.ts";
import { workOff } from "./work-off.ts";

/**
 * Reads the source in an order that is safe while its registry takes pushes: all links first, each repository's from the
 * tags down (`READ_ORDER`), and only then the list of blobs. So every link was read before the blobs were listed, and
 * the blob that it names is on that list, unless the source itself lacks it. Lock files are not part of it.
 */
export async function readSource(context: PassContext): Promise<void> {
	if (context.source.can.waits) await readLinksAtOnce(context);
	else await readLinks(context);
	context.selection?.linksRead(context.counts.unreadable);
	await readBlobs(context);
	if (context.source.can.waits) await readRest(context, REGISTRY_PREFIX);
	else await readRange(context, REST_LISTING);
}

/** One repository after the other, as one listing finds them. */
async function readLinks(context: PassContext): Promise<void> {
	let last: string | undefined;
	const { selection } = context;
	await readRange(context, REPOSITORY_LISTING, async (sections) => {
		for (const section of sections) {
			const repository = repositoryOfSection(section);
			if (repository === last) continue;
			last = repository;
			if (selection?.takes(repository) === false) continue;
			await readRepository(context, repository);
		}
	});
}

/**
 * Several repositories at a time, each found by a look into the directory that it lies in. None needs another: what a
 * link names is in its own repository, or a blob.
 */
async function readLinksAtOnce(context: PassContext): Promise<void> {
	const { concurrency, selection } = context;
	const shared = { ...context, source: atMost(concurrency, context.source) };
	await workOff<string>(
		REPOSITORIES_PREFIX,
		concurrency,
		async (directory, others) => {
			const repository = await readDirectory(shared, directory, others.add);
			if (repository === undefined) return;
			if (selection?.takes(repository) === false) return;
			await readRepository(shared, repository);
		},
	);
}

/** Looks into a directory; `onDirectory` is told those in it. Resolves to the repository that it is, if it is one. */
async function readDirectory(
	context: PassContext,
	directory: string,
	onDirectory: (directory: string) => void,
): Promise<string | undefined> {
	let repository: string | undefined;
	const onCut = async (prefixes: readonly string[]) => {
		for (const prefix of prefixes) {
			if (isSection(prefix)) repository = repositoryOfSection(prefix);
			else onDirectory(prefix);
		}
	};
	const places = new UnreadablePlaces(context);
	try {
		await readPart(context, directoryListing(directory), places, onCut);
	} catch (error) {
		// Without the first there is nothing that could be read.
		if (!(error instanceof StoreError) || directory === REPOSITORIES_PREFIX)
			throw error;
		// It is unknown (I2); it does not keep the others from being read.
		places.add(directory, error);
	}
	places.tell();
	return repository;
}

async function readRepository(
	context: PassContext,
	repository: string,
): Promise<void> {
	const places = new UnreadablePlaces(context);
	for (const section of READ_ORDER) {
		const listing = sectionListing(repository, section);
		try {
			await readPart(context, listing, places);
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			// It is unknown (I2); it does not keep the others from being read.
			places.add(listing.prefix, error);
		}
	}
	places.tell();
}

/** Lists a directory and those in it, but for what others tell of: each by its prefix. */
async function readRest(
	context: PassContext,
	directory: string,
): Promise<void> {
	const below: string[] = [];
	await readRange(context, restListing(directory), async (prefixes) => {
		below.push(...prefixes.filter((prefix) => !isOthers(prefix)));
	});
	for (const each of below) await readRest(context, each);
}

/** Lists the blobs; from an object store, several pages at a time. */
async function readBlobs(context: PassContext): Promise<void> {
	const { source, concurrency, signal } = context;
	if (!source.can.waits || !source.can.listsFromAnywhere)
		return await readRange(context, BLOB_LISTING);
	const places = new UnreadablePlaces(context);
	await listInShards(source, {
		prefix: BLOBS_PREFIX,
		shards: Math.min(concurrency, MAX_SHARDS),
		boundaries: () => BLOB_BOUNDARIES,
		open: (after) => new RangeReader(context, BLOB_LISTING, places, after),
		// It is unknown (I2); it does not keep the others from being read.
		onFailure: ({ after, upTo }, error) => {
			for (const prefix of blobPlaces(after, upTo)) places.add(prefix, error);
		},
		signal,
	});
	places.tell();
}

/** Lists a range and takes it in. `onCut` is called with what was cut off from each page, once the page is taken in. */
async function readRange(
	context: PassContext,
	listing: SectionListing,
	onCut?: (prefixes: readonly string[]) => Promise<void>,
): Promise<void> {
	const places = new UnreadablePlaces(context);
	await readPart(context, listing, places, async (prefixes) => {
		places.tell();
		await onCut?.(prefixes);
	});
}

async function readPart(
	context: PassContext,
	listing: SectionListing,
	places: UnreadablePlaces,
	onPage?: (prefixes: readonly string[]) => Promise<void>,
): Promise<void> {
	const { source, signal } = context;
	const reader = new RangeReader(context, listing, places);
	const { prefix, prune, isShallow, only } = listing;
	const options = { prefix, prune, isShallow, only, signal };
	for await (const page of source.list(options)) {
		await reader.take(page);
		await onPage?.(page.prefixes);
	}
	reader.end();
}
