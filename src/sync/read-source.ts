import {
	BLOB_LISTING,
	READ_ORDER,
	REPOSITORY_LISTING,
	REST_LISTING,
	repositoryOfSection,
	type SectionListing,
	sectionListing,
} from "../layout/sections.ts";
import { StoreError } from "../store/errors.ts";
import type { PassContext } from "./pass-context.ts";
import { RangeReader } from "./range-reader.ts";
import { UnreadablePlaces } from "./unreadable-places.ts";

/**
 * Reads the source in an order that is safe while its registry takes pushes: all links first, each repository's from the
 * tags down (`READ_ORDER`), and only then the list of blobs. So every link was read before the blobs were listed, and
 * the blob that it names is on that list, unless the source itself lacks it. Lock files are not part of it.
 */
export async function readSource(context: PassContext): Promise<void> {
	let last: string | undefined;
	const { selection, counts } = context;
	await readRange(context, REPOSITORY_LISTING, async (sections) => {
		for (const section of sections) {
			const repository = repositoryOfSection(section);
			if (repository === last) continue;
			last = repository;
			if (selection?.takes(repository) === false) continue;
			await readRepository(context, repository);
		}
	});
	selection?.linksRead(counts.unreadable);
	await readRange(context, BLOB_LISTING);
	await readRange(context, REST_LISTING);
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
	const { prefix, prune, only } = listing;
	for await (const page of source.list({ prefix, prune, only, signal })) {
		await reader.take(page);
		await onPage?.(page.prefixes);
	}
	reader.end();
}
