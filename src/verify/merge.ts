import { compareKeys } from "../store/key.ts";

/** Something with a key that it is sorted by. */
interface Keyed {
	readonly key: string;
}

/** A key that the left input has, the right one, or both. */
export interface Pair<T extends Keyed> {
	readonly key: string;
	readonly left: T | undefined;
	readonly right: T | undefined;
}

/** Pages of things in strictly ascending order of their keys, across pages too. */
export type Pages<T extends Keyed> = AsyncIterable<readonly T[]>;

/** An input that is not in strictly ascending order cannot be merged: every answer after it would be wrong. */
export class OutOfOrderError extends Error {
	override readonly name = "OutOfOrderError";
	readonly input: "left" | "right";
	readonly before: string;
	readonly after: string;

	constructor(input: "left" | "right", before: string, after: string) {
		super(`The ${input} input has "${after}" after "${before}"`);
		this.input = input;
		this.before = before;
		this.after = after;
	}
}

/**
 * Merges two sorted inputs into pairs, in the order of keys, page by page: it holds one page of each. Rejects with an
 * `OutOfOrderError`, or with the error of an input. Both inputs are closed when it ends, however it ends.
 */
export async function* merge<T extends Keyed>(
	left: Pages<T>,
	right: Pages<T>,
): AsyncGenerator<readonly Pair<T>[]> {
	const cursors = [
		new Cursor("left", left),
		new Cursor("right", right),
	] as const;
	try {
		for (;;) {
			await Promise.all(cursors.map((cursor) => cursor.fill()));
			const pairs = pairsUntilEitherEnds(...cursors);
			if (pairs.length === 0) return;
			yield pairs;
		}
	} finally {
		await Promise.allSettled(cursors.map((cursor) => cursor.close()));
	}
}

/** All pairs that can be told without another page; none only when both inputs are at their end. */
function pairsUntilEitherEnds<T extends Keyed>(
	left: Cursor<T>,
	right: Cursor<T>,
): Pair<T>[] {
	const pairs: Pair<T>[] = [];
	while (left.isReady && right.isReady) {
		const order = compare(left.first, right.first);
		const first = order <= 0 ? left.first : right.first;
		if (first === undefined) break;
		pairs.push({
			key: first.key,
			left: order <= 0 ? left.first : undefined,
			right: order >= 0 ? right.first : undefined,
		});
		if (order <= 0) left.advance();
		if (order >= 0) right.advance();
	}
	return pairs;
}

/** Which comes first; an input that is at its end comes last. */
function compare(left: Keyed | undefined, right: Keyed | undefined): number {
	if (left === undefined) return right === undefined ? 0 : 1;
	return right === undefined ? -1 : compareKeys(left.key, right.key);
}

/** A position in one input. */
class Cursor<T extends Keyed> {
	readonly #name: "left" | "right";
	readonly #pages: AsyncIterator<readonly T[]>;
	#page: readonly T[] = [];
	#index = 0;
	#isAtEnd = false;

	constructor(name: "left" | "right", pages: Pages<T>) {
		this.#name = name;
		this.#pages = pages[Symbol.asyncIterator]();
	}

	/** The next thing of the page; `undefined` when the page is used up. */
	get first(): T | undefined {
		return this.#page[this.#index];
	}

	/** Whether the next thing is known, or that there is none. */
	get isReady(): boolean {
		return this.#isAtEnd || this.first !== undefined;
	}

	/** Gets pages until there is a next thing or the input is at its end. */
	async fill(): Promise<void> {
		while (!this.isReady) {
			const previous = this.#page.at(-1);
			const next = await this.#pages.next();
			if (next.done === true) {
				this.#isAtEnd = true;
				return;
			}
			// An empty page must not make it forget what came before.
			if (next.value.length === 0) continue;
			this.#page = next.value;
			this.#index = 0;
			this.#checkOrder(previous, this.first);
		}
	}

	advance(): void {
		const previous = this.first;
		this.#index += 1;
		this.#checkOrder(previous, this.first);
	}

	async close(): Promise<void> {
		await this.#pages.return?.();
	}

	#checkOrder(before: T | undefined, after: T | undefined): void {
		if (
			before !== undefined &&
			after !== undefined &&
			compareKeys(before.key, after.key) >= 0
		)
			throw new OutOfOrderError(this.#name, before.key, after.key);
	}
}
