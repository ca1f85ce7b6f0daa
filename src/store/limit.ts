import type {
	Body,
	ObjectReader,
	ObjectStore,
	Page,
	PutOptions,
} from "./object-store.ts";
import { type Clock, Pace } from "./pace.ts";

/** What a store may be asked for. */
export interface LimitOptions {
	/**
	 * Calls a second; default no limit. A page of a listing is one, and so is what a large body goes up in, a thousand
	 * keys to be deleted.
	 */
	readonly requestsPerSecond?: number | undefined;
	/** Bytes of bodies a second, both ways together; a function: as it is at the time, infinite for none. Default no limit. */
	readonly bytesPerSecond?: number | (() => number) | undefined;
	/** Default the machine's. */
	readonly clock?: Clock | undefined;
}

/** Most keys that stores delete with one request. Source: S3 API reference, DeleteObjects. */
const KEYS_PER_DELETE = 1000;

/**
 * A store that is asked for no more than so much. Waits can be cancelled. Bytes are paced as they are read, those of a
 * small body all at once. It belongs below `retry`, so that attempts are counted; without a limit it is the store itself.
 */
export function limit(
	store: ObjectStore,
	options: LimitOptions = {},
): ObjectStore {
	const { requestsPerSecond, bytesPerSecond, clock } = options;
	if (requestsPerSecond === undefined && bytesPerSecond === undefined)
		return store;
	const request = paced(requestsPerSecond, clock);
	const bytes = paced(bytesPerSecond, clock);
	const partBytes = store.can.multipartThreshold ?? Number.POSITIVE_INFINITY;
	return {
		url: store.url,
		identity: store.identity,
		can: store.can,
		address: (key) => store.address(key),
		head: async (key, call) => {
			await request(1, call?.signal);
			return await store.head(key, call);
		},
		get: async (key, get) => {
			await request(1, get?.signal);
			return pacedReader(await store.get(key, get), bytes, get?.signal);
		},
		put: async (key, body, put) => {
			await request(1, put?.signal);
			if (!(body instanceof Uint8Array))
				return await store.put(
					key,
					pacedBody(body, { request, bytes, partBytes }, put),
					put,
				);
			await bytes(body.length, put?.signal);
			return await store.put(key, body, put);
		},
		delete: async (keys, call) => {
			await request(Math.ceil(keys.length / KEYS_PER_DELETE), call?.signal);
			return await store.delete(keys, call);
		},
		list: (list) => pacedPages(store.list(list), request, list.signal),
		[Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
	};
}

/** Waits until so many may pass. */
type Take = (units: number, signal: AbortSignal | undefined) => Promise<void>;

function paced(
	unitsPerSecond: number | (() => number) | undefined,
	clock: Clock | undefined,
): Take {
	if (unitsPerSecond === undefined) return async () => {};
	const pace = new Pace(unitsPerSecond, clock);
	return (units, signal) => pace.take(units, signal);
}

function pacedBody(
	body: Body,
	{
		request,
		bytes,
		partBytes,
	}: {
		readonly request: Take;
		readonly bytes: Take;
		readonly partBytes: number;
	},
	{ signal }: PutOptions = {},
): Body {
	return {
		size: body.size,
		bytes: async () => {
			await bytes(body.size, signal);
			return await body.bytes();
		},
		async *open() {
			let inPart = 0;
			for await (const chunk of body.open()) {
				await bytes(chunk.length, signal);
				inPart += chunk.length;
				if (inPart >= partBytes) {
					await request(Math.floor(inPart / partBytes), signal);
					inPart %= partBytes;
				}
				yield chunk;
			}
		},
	};
}

function pacedReader(
	reader: ObjectReader,
	bytes: Take,
	signal: AbortSignal | undefined,
): ObjectReader {
	return {
		meta: reader.meta,
		bytes: async (maxBytes) => {
			const all = await reader.bytes(maxBytes);
			await bytes(all.length, signal);
			return all;
		},
		async *stream() {
			for await (const chunk of reader.stream()) {
				await bytes(chunk.length, signal);
				yield chunk;
			}
		},
		[Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
	};
}

async function* pacedPages(
	pages: AsyncIterable<Page>,
	request: Take,
	signal: AbortSignal | undefined,
): AsyncGenerator<Page> {
	await request(1, signal);
	let isFirst = true;
	for await (const page of pages) {
		// The pages after the first are paid for when they have come: before, nobody knows whether there are any.
		if (!isFirst) await request(1, signal);
		isFirst = false;
		yield page;
	}
}
