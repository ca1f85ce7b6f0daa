import type { ListOptions, ObjectStore, Page } from "../store/object-store.ts";

/** The first page of a listing; an empty one when there is nothing to list. */
export async function firstPage(
	store: ObjectStore,
	options: ListOptions,
): Promise<Page> {
	for await (const page of store.list(options)) return page;
	return { objects: [], prefixes: [], unreadable: [] };
}
