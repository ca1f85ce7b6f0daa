import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type {
	ListOptions,
	ObjectStore,
	Page,
} from "../../src/store/object-store.ts";
import type { Content } from "./content.ts";

/** One write of a registry; a step without content is a delete. */
export interface Step {
	readonly key: string;
	readonly content?: Buffer | undefined;
	/** Written in place, as registries before 3.1 do: it can be seen empty first. */
	readonly isInPlace?: boolean | undefined;
}

/** What a registry is asked to do: its writes, given what it holds while it does them. */
export type Action = (content: Content) => Iterable<Step>;

/** Names on a page of its listings: few, so that much happens between the first and the last. */
const PAGE_NAMES = 4;

/**
 * A registry that works through its actions write by write, as somebody else's process does, between the calls of
 * whoever reads its storage. It knows since when each object has been there without interruption.
 */
export class LiveRegistry {
	readonly store = new MemoryStore("live");
	/** What it holds. */
	readonly content = new Map<string, Buffer>();
	/** All that it ever held under each key. */
	readonly ever = new Map<string, Set<string>>();
	readonly #actions: Action[];
	readonly #bornAt = new Map<string, number>();
	#steps: Iterator<Step> | undefined;
	#half: Step | undefined;
	#now = 0;
	#turn: Promise<unknown> = Promise.resolve();

	constructor(actions: Iterable<Action>) {
		this.#actions = [...actions];
	}

	/** The time, in writes. */
	get now(): number {
		return this.#now;
	}

	/** Since when an object has been there; `undefined` when it is not. */
	bornAt(key: string): number | undefined {
		return this.#bornAt.get(key);
	}

	/** Does so many writes; what was left half-written is made whole first. */
	work(writes: number): Promise<void> {
		const turn = this.#turn.then(async () => {
			if (this.#half?.content !== undefined)
				await this.#put(this.#half.key, this.#half.content);
			this.#half = undefined;
			for (let left = writes; left > 0; left--) {
				const step = this.#next();
				if (step === undefined) return;
				await this.#write(step, left === 1);
			}
		});
		this.#turn = turn;
		return turn;
	}

	/** Does all that is left. */
	finish(): Promise<void> {
		return this.work(Number.MAX_SAFE_INTEGER);
	}

	/** Its storage, as whoever reads it while it works sees it: before each call it does as many writes as `pace` says. */
	read(pace: () => number): ObjectStore {
		const { store } = this;
		const work = () => this.work(pace());
		const reading = faulty(store, { head: work, get: work });
		return { ...reading, list: (options) => pages(store, options, work) };
	}

	#next(): Step | undefined {
		for (;;) {
			const next = this.#steps?.next();
			if (next?.done === false) return next.value;
			const action = this.#actions.shift();
			if (action === undefined) return undefined;
			this.#steps = action(this.content)[Symbol.iterator]();
		}
	}

	async #write(step: Step, isLast: boolean): Promise<void> {
		const { key, content } = step;
		this.#now++;
		if (content === undefined) {
			this.content.delete(key);
			this.#bornAt.delete(key);
			await this.store.delete([key]);
		} else if (step.isInPlace && isLast) {
			this.#half = step;
			await this.#put(key, Buffer.alloc(0));
		} else {
			await this.#put(key, content);
		}
	}

	async #put(key: string, content: Buffer): Promise<void> {
		this.content.set(key, content);
		if (!this.#bornAt.has(key)) this.#bornAt.set(key, this.#now);
		const all = this.ever.get(key) ?? new Set();
		this.ever.set(key, all.add(content.toString()));
		await this.store.put(key, content);
	}
}

/** A listing of which each page shows what there is when it is asked for. */
async function* pages(
	store: ObjectStore,
	options: ListOptions,
	work: () => Promise<void>,
): AsyncGenerator<Page> {
	let { startAfter } = options;
	for (;;) {
		await work();
		const page = await firstPage(store, { ...options, startAfter });
		if (page === undefined) return;
		const { objects, prefixes } = page;
		const names = [...objects.map(({ key }) => key), ...prefixes].sort();
		const last = names.slice(0, PAGE_NAMES).at(-1) ?? "";
		yield {
			objects: objects.filter(({ key }) => key <= last),
			prefixes: prefixes.filter((prefix) => prefix <= last),
			unreadable: [],
		};
		startAfter = last.endsWith("/") ? `${last}~` : last;
	}
}

async function firstPage(
	store: ObjectStore,
	options: ListOptions,
): Promise<Page | undefined> {
	for await (const page of store.list(options)) return page;
	return undefined;
}
