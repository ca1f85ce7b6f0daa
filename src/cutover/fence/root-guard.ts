import type { Call } from "../course/step.ts";
import type { FencedEntry } from "./fenced-tree.ts";
import type { ImmutableFlag } from "./immutable-flag.ts";

/**
 * The immutable flag where it can be had: each file system is asked once, by one of its own entries. What cannot be named to
 * a program line by line goes without.
 */
export class RootGuard {
	readonly #flag: ImmutableFlag;
	readonly #isRoot: boolean;
	/** By device. */
	readonly #canHave = new Map<number, boolean>();
	/** Why it could not be set, or cleared; clauses. */
	readonly reasons = new Set<string>();

	/** Only root may set it. */
	constructor(flag: ImmutableFlag, isRoot: boolean) {
		this.#flag = flag;
		this.#isRoot = isRoot;
	}

	/** Those of a batch that have it already. */
	async immutable(
		batch: readonly FencedEntry[],
		call: Call,
	): Promise<ReadonlySet<string>> {
		const paths = await this.#able(batch, call);
		return await this.#read(paths, call);
	}

	/** Sets it, or clears it. */
	async write(
		isSet: boolean,
		batch: readonly FencedEntry[],
		call: Call,
	): Promise<void> {
		const paths = await this.#able(batch, call);
		if (paths.length === 0) return;
		const reason = await this.#flag.write(isSet, paths, call);
		if (reason === undefined) return;
		const has = await this.#read(paths, call);
		const left = paths.filter((path) => has.has(path) !== isSet).length;
		if (left === 0) return;
		this.reasons.add(reason);
		const [first] = batch;
		// Nobody may do it there: it is not tried again and again.
		if (left === paths.length && first !== undefined)
			this.#canHave.set(first.stats.dev, false);
	}

	/** What vanishes makes reading fail for all that it was read with: then half of it is read at a time. */
	async #read(
		paths: readonly string[],
		call: Call,
	): Promise<ReadonlySet<string>> {
		if (paths.length === 0) return new Set();
		const found = await this.#flag.read(paths, call);
		if (found !== undefined) return found;
		if (paths.length === 1) return new Set();
		const half = paths.length >> 1;
		const low = await this.#read(paths.slice(0, half), call);
		return low.union(await this.#read(paths.slice(half), call));
	}

	async #able(
		batch: readonly FencedEntry[],
		call: Call,
	): Promise<readonly string[]> {
		const [first] = batch;
		if (!this.#isRoot || first === undefined) return [];
		const { dev } = first.stats;
		let canHave = this.#canHave.get(dev);
		if (canHave === undefined) {
			canHave = (await this.#flag.read([first.path], call)) !== undefined;
			this.#canHave.set(dev, canHave);
			if (!canHave)
				this.reasons.add(
					"a file system there has no immutable flag, or no lsattr and chattr are on this machine",
				);
		}
		if (!canHave) return [];
		const paths = batch.map(({ path }) => path);
		const able = paths.filter((path) => !CONTROL.test(path));
		if (able.length < paths.length)
			this.reasons.add("names there hold control characters");
		return able;
	}
}

const CONTROL = /\p{Cc}/u;
