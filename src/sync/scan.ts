import { exclusionOf } from "../layout/exclusion.ts";
import { isLink } from "../layout/order.ts";
import { type Kind, kindOf } from "../layout/paths.ts";
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
import type { ObjectStore, Unreadable } from "../store/object-store.ts";
import { readLink } from "./links.ts";
import { settle } from "./settle.ts";

/** An object of the source, as a pass needs it. */
export interface ScannedObject {
	readonly key: string;
	readonly kind: Kind;
	/** Bytes. */
	readonly size: number;
	/** What a link holds; it is what will be written, also if the source's link has moved on by then. */
	readonly content: string | undefined;
}

/** A part of a scan, at most one listing page of objects. */
export interface ScanPage {
	readonly objects: readonly ScannedObject[];
	readonly unreadable: readonly Unreadable[];
	/** Links that hold no digest, with what was found instead, as a clause. */
	readonly malformed: readonly {
		readonly key: string;
		readonly found: string;
	}[];
}

export interface ScanOptions {
	/** Links that are read at a time. */
	readonly concurrency: number;
	readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a source in an order that is safe while its registry takes pushes: all links first, each repository's from the
 * tags down (`READ_ORDER`), and only then the list of blobs. So every link was read before the blobs were listed, and
 * the blob that it names is on that list, unless the source itself lacks it. Lock files are not part of it.
 */
export async function* scan(
	source: ObjectStore,
	options: ScanOptions,
): AsyncGenerator<ScanPage> {
	let last: string | undefined;
	for await (const page of source.list({
		...REPOSITORY_LISTING,
		signal: options.signal,
	})) {
		yield await readPage(source, page.objects, page.unreadable, options);
		for (const prefix of page.prefixes) {
			const repository = repositoryOfSection(prefix);
			if (repository === last) continue;
			last = repository;
			for (const section of READ_ORDER) {
				yield* readSection(
					source,
					sectionListing(repository, section),
					options,
				);
			}
		}
	}
	yield* readListing(source, BLOB_LISTING, options);
	yield* readListing(source, REST_LISTING, options);
}

/** A section that cannot be listed is unknown (I2); it does not keep the others from being read. */
async function* readSection(
	source: ObjectStore,
	listing: SectionListing,
	options: ScanOptions,
): AsyncGenerator<ScanPage> {
	try {
		yield* readListing(source, listing, options);
	} catch (error) {
		if (!(error instanceof StoreError)) throw error;
		yield {
			objects: [],
			unreadable: [{ prefix: listing.prefix, error }],
			malformed: [],
		};
	}
}

async function* readListing(
	source: ObjectStore,
	listing: SectionListing,
	options: ScanOptions,
): AsyncGenerator<ScanPage> {
	for await (const page of source.list({
		...listing,
		signal: options.signal,
	})) {
		yield await readPage(source, page.objects, page.unreadable, options);
	}
}

async function readPage(
	source: ObjectStore,
	listed: Iterable<{ readonly key: string; readonly size: number }>,
	notListed: readonly Unreadable[],
	options: ScanOptions,
): Promise<ScanPage> {
	const objects: ScannedObject[] = [];
	const unreadable = notListed.filter(({ prefix }) => isMissed(prefix));
	const malformed: { key: string; found: string }[] = [];
	const links: { key: string; kind: Kind }[] = [];
	for (const { key, size } of listed) {
		if (exclusionOf(key) !== undefined) continue;
		const kind = kindOf(key);
		if (isLink(kind)) links.push({ key, kind });
		else objects.push({ key, kind, size, content: undefined });
	}
	const waiting = links.values();
	const readWaiting = async () => {
		for (const { key, kind } of waiting) {
			const read = await readLink(source, key, options.signal);
			if (read.type === "digest")
				objects.push({
					key,
					kind,
					size: read.content.length,
					content: read.content,
				});
			else if (read.type === "malformed")
				malformed.push({ key, found: read.found });
			else if (read.type === "unreadable")
				unreadable.push({ prefix: key, error: read.error });
		}
	};
	const readers = Math.min(options.concurrency, links.length);
	await settle(Array.from({ length: readers }, readWaiting));
	return { objects, unreadable, malformed };
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
