import { StoreError, type StoreErrorOptions } from "../errors.ts";
import { retrying } from "../retry.ts";
import { listPage, type PageRequest } from "./container-listing.ts";
import type { Listing } from "./list-parser.ts";
import type { AzureLocation, RootPrefix } from "./location.ts";
import type { Plane } from "./plane.ts";

/** What the names of all blobs begin with, by the key rules of the registry's azure drivers. */
export function namePrefixOf(root: string, rootPrefix: RootPrefix): string {
	const trimmed = root === "" ? "" : `${root}/`;
	return rootPrefix === "legacy" ? `/${trimmed}` : trimmed;
}

/**
 * Finds out whether the names of the blobs that are there begin with a "/": where both kinds are, one of the two
 * cannot be seen by any registry, and what is meant must be said. An empty place gets names without, unless its URL
 * says that something must be there to go by.
 */
export async function detectRootPrefix(
	plane: Plane,
	{ root, rootPrefix }: AzureLocation,
	about: StoreErrorOptions,
	signal: AbortSignal | undefined,
): Promise<RootPrefix> {
	const isLegacy = await hasNames(
		plane,
		namePrefixOf(root, "legacy"),
		about,
		signal,
	);
	const isTrimmed =
		root === ""
			? await hasTrimmedNames(plane, about, signal)
			: await hasNames(plane, namePrefixOf(root, "trimmed"), about, signal);
	if (rootPrefix === "existing" && !isLegacy && !isTrimmed)
		throw new StoreError(
			"unsupported",
			'nothing is there, and so it is not known whether the registry\'s names begin with a "/"',
			{ ...about, suggestions: [NAMES_BY_VERSION] },
		);
	if (!isLegacy) return "trimmed";
	if (!isTrimmed) return "legacy";
	throw new StoreError(
		"unsupported",
		'names with and without a leading "/" are mixed in it, and a registry sees only one kind',
		{
			...about,
			suggestions: [
				"Say which are the registry's: root-prefix=trimmed for those without, root-prefix=legacy for those with a leading slash.",
			],
		},
	);
}

const NAMES_BY_VERSION =
	"Add the option root-prefix=trimmed (GitLab 16 and newer, Distribution 3) or root-prefix=legacy (older ones).";

async function hasNames(
	plane: Plane,
	prefix: string,
	about: StoreErrorOptions,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	// A page may be empty and yet not the last.
	for await (const { objects } of pages(
		plane,
		{ prefix, maxResults: 1, signal },
		about,
	))
		if (objects.length > 0) return true;
	return false;
}

/** Whether any name begins otherwise than with "/". Those that do are one entry of this listing. */
async function hasTrimmedNames(
	plane: Plane,
	about: StoreErrorOptions,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	const request = { prefix: "", delimiter: "/", maxResults: 2, signal };
	for await (const { objects, prefixes } of pages(plane, request, about))
		if (objects.length > 0 || prefixes.some((prefix) => prefix !== "/"))
			return true;
	return false;
}

async function* pages(
	plane: Plane,
	request: PageRequest,
	about: StoreErrorOptions,
): AsyncGenerator<Listing> {
	let marker: string | undefined;
	do {
		const next: PageRequest = { ...request, marker };
		const page: Listing = await retrying(
			() => listPage(plane, next, "", about),
			request.signal,
			{ retries: 2 },
		);
		yield page;
		marker = page.marker;
	} while (marker !== undefined);
}
