import type { ObjectReader, ObjectStore } from "../store/object-store.ts";
import { wait } from "../store/wait.ts";
import type { SourceWatch } from "./source-watch.ts";

/** One read in so many is timed. */
const TIMED = 16;

/** Longest pause between two pages of a listing (ms), while the source is slow; a page that took less is paused for as long. */
const MOST_PAUSE_MS = 250;

/**
 * A source whose reads tell the watch how it does, and wait when it looks. While it is slow, listings rest as long as
 * they work: a walk of directories is one thread, which knows no concurrency. A read costs one addition and a look at
 * the clock more.
 */
export function considerate(
	source: ObjectStore,
	watch: SourceWatch,
): ObjectStore {
	let reads = 0;
	return {
		url: source.url,
		identity: source.identity,
		can: source.can,
		address: (key) => source.address(key),
		head: (key, call) => source.head(key, call),
		get: (key, options) => {
			const turn = watch.turn();
			const isTimed = ++reads % TIMED === 0;
			if (turn === undefined && !isTimed) return source.get(key, options);
			const read = () => source.get(key, options);
			if (!isTimed) return turn?.then(read) ?? read();
			return timed(turn, read, watch);
		},
		put: (key, body, options) => source.put(key, body, options),
		delete: (keys, call) => source.delete(keys, call),
		async *list(options) {
			const { signal } = options;
			let began = performance.now();
			for await (const page of source.list(options)) {
				const tookMs = performance.now() - began;
				yield page;
				await watch.turn();
				if (watch.isSlow) await wait(Math.min(MOST_PAUSE_MS, tookMs), signal);
				began = performance.now();
			}
		},
		[Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
	};
}

/** The same for bodies that are read in pieces: each waits its turn. */
export function considerateStreams(
	source: ObjectStore,
	watch: SourceWatch,
): ObjectStore {
	return {
		url: source.url,
		identity: source.identity,
		can: source.can,
		address: (key) => source.address(key),
		head: (key, call) => source.head(key, call),
		get: async (key, options) => {
			const reader = await source.get(key, options);
			return {
				meta: reader.meta,
				bytes: (maxBytes) => reader.bytes(maxBytes),
				async *stream() {
					for await (const piece of reader.stream()) {
						yield piece;
						await watch.turn();
					}
				},
				[Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
			};
		},
		put: (key, body, options) => source.put(key, body, options),
		delete: (keys, call) => source.delete(keys, call),
		list: (options) => source.list(options),
		[Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
	};
}

async function timed(
	turn: Promise<void> | undefined,
	read: () => Promise<ObjectReader>,
	watch: SourceWatch,
): Promise<ObjectReader> {
	await turn;
	const began = performance.now();
	const reader = await read();
	const openedMs = performance.now() - began;
	return {
		meta: reader.meta,
		async bytes(maxBytes) {
			const began = performance.now();
			const bytes = await reader.bytes(maxBytes);
			watch.took(openedMs + performance.now() - began);
			return bytes;
		},
		stream: () => reader.stream(),
		[Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
	};
}
