import { setImmediate } from "node:timers/promises";
import { faulty } from "../../src/store/faults.ts";
import type {
	ListOptions,
	ObjectStore,
	Page,
} from "../../src/store/object-store.ts";

/** A store whose listings have pages of so many objects, which come one by one; and how many it was asked for. */
export function paged(
	store: ObjectStore,
	size: number,
): { readonly store: ObjectStore; readonly asked: ListOptions[] } {
	const asked: ListOptions[] = [];
	async function* list(options: ListOptions): AsyncGenerator<Page> {
		for await (const page of store.list(options)) {
			const { objects, unreadable } = page;
			for (let at = 0; at < objects.length; at += size) {
				asked.push(options);
				await setImmediate();
				const prefixes = at === 0 ? page.prefixes : [];
				yield { objects: objects.slice(at, at + size), prefixes, unreadable };
			}
			if (objects.length === 0) {
				asked.push(options);
				yield page;
			}
		}
	}
	return { asked, store: { ...faulty(store, {}), list } };
}
