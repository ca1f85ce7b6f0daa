import type { ObjectReader, ObjectStore, Page } from "./object-store.ts";

/**
 * A store that is asked for no more than so many things at a time; others wait. A page of a listing is one, and so is a
 * reader until it is disposed of.
 */
export function atMost(calls: number, store: ObjectStore): ObjectStore {
	const places = new Places(calls);
	return {
		url: store.url,
		identity: store.identity,
		can: store.can,
		address: (key) => store.address(key),
		head: (key, call) => places.hold(() => store.head(key, call)),
		get: async (key, options) => {
			await places.take();
			try {
				return releasing(await store.get(key, options), places);
			} catch (error) {
				places.give();
				throw error;
			}
		},
		put: (key, body, options) =>
			places.hold(() => store.put(key, body, options)),
		delete: (keys, call) => places.hold(() => store.delete(keys, call)),
		list: (options) => heldPages(store.list(options), places),
		[Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
	};
}

/** Counts who is inside. */
class Places {
	readonly #waiting: (() => void)[] = [];
	#free: number;

	constructor(places: number) {
		this.#free = places;
	}

	async take(): Promise<void> {
		if (this.#free > 0) this.#free--;
		else await new Promise<void>((resolve) => this.#waiting.push(resolve));
	}

	give(): void {
		const next = this.#waiting.shift();
		if (next === undefined) this.#free++;
		else next();
	}

	async hold<T>(call: () => Promise<T>): Promise<T> {
		await this.take();
		try {
			return await call();
		} finally {
			this.give();
		}
	}
}

function releasing(reader: ObjectReader, places: Places): ObjectReader {
	let isHeld = true;
	return {
		meta: reader.meta,
		bytes: (maxBytes) => reader.bytes(maxBytes),
		stream: () => reader.stream(),
		async [Symbol.asyncDispose]() {
			try {
				await reader[Symbol.asyncDispose]();
			} finally {
				if (isHeld) places.give();
				isHeld = false;
			}
		},
	};
}

async function* heldPages(
	pages: AsyncIterable<Page>,
	places: Places,
): AsyncGenerator<Page> {
	const iterator = pages[Symbol.asyncIterator]();
	try {
		for (;;) {
			const next = await places.hold(() => iterator.next());
			if (next.done === true) return;
			yield next.value;
		}
	} finally {
		await iterator.return?.();
	}
}
