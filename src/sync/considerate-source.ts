import type { ObjectReader, ObjectStore } from "../store/object-store.ts";
import { passOn } from "../store/pass-on.ts";
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
		...passOn(source),
		get: (key, options) => {
			const turn = watch.turn();
			if (++reads % TIMED === 0)
				return timed(turn, () => source.get(key, options), watch);
			return turn === undefined
				? source.get(key, options)
				: turn.then(() => source.get(key, options));
		},
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
	};
}

/** The same for bodies that are read in pieces: each waits its turn. */
export function considerateStreams(
	source: ObjectStore,
	watch: SourceWatch,
): ObjectStore {
	return {
		...passOn(source),
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
