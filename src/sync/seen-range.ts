import { compareKeys } from "../store/key.ts";
import type { KeyRange, ObjectIndex, Seen } from "./object-index.ts";

/**
 * A range of the index beside a listing of the same range: both are in key order, so that each object meets what is
 * known of it without a search. Throws when the listing is out of order: everything would seem to be new or gone.
 */
export class SeenRange {
	readonly #index: ObjectIndex;
	readonly #range: KeyRange;
	readonly #onGone: (key: string) => void;
	/** Up to here (exclusive) the listing has come. */
	#after: string;

	/** `onGone` is called with each object that the index has seen in the range, and the listing has passed without meeting. */
	constructor(
		index: ObjectIndex,
		range: KeyRange,
		onGone: (key: string) => void,
	) {
		this.#index = index;
		this.#range = range;
		this.#onGone = onGone;
		this.#after = range.after;
	}

	/** What is known of each of these objects; they are all that the listing has up to the last of them. */
	match(
		objects: readonly { readonly key: string }[],
	): readonly (Seen | undefined)[] {
		const last = objects.at(-1)?.key;
		if (last === undefined) return [];
		// The least key after the last one, so that its row is in the range as well.
		const rows = this.#rows(`${last}\0`);
		const matches: (Seen | undefined)[] = [];
		let row = rows.next().value;
		let previous = this.#after;
		for (const { key } of objects) {
			if (row?.key === key) {
				matches.push(row);
				row = rows.next().value;
			} else {
				if (compareKeys(key, previous) < 0) throw outOfOrder(previous, key);
				while (row !== undefined && compareKeys(row.key, key) < 0) {
					this.#onGone(row.key);
					row = rows.next().value;
				}
				if (row?.key === key) {
					matches.push(row);
					row = rows.next().value;
				} else matches.push(undefined);
			}
			previous = key;
		}
		this.#after = last;
		return matches;
	}

	/** Goes past a prefix (it ends in "/") of which the listing tells nothing: another one does. */
	skip(prefix: string): void {
		if (compareKeys(prefix, this.#after) < 0)
			throw outOfOrder(this.#after, prefix);
		this.#pass(prefix);
		this.#after = endOf(prefix);
	}

	/** The listing has ended, or has come to a key (inclusive). */
	end(upTo?: string): void {
		// The least key after that one, as in `match`.
		this.#pass(upTo === undefined ? this.#range.before : `${upTo}\0`);
	}

	#pass(before: string): void {
		for (const { key } of this.#rows(before)) this.#onGone(key);
	}

	#rows(before: string) {
		const { ranks } = this.#range;
		return this.#index.seen({ after: this.#after, before, ranks });
	}
}

/** The least name that sorts after all that lies in a prefix (it ends in "/"). */
export function endOf(prefix: string): string {
	return `${prefix.slice(0, -1)}0`;
}

function outOfOrder(previous: string, key: string): Error {
	return new Error(
		`the source was listed out of order: "${key}" after "${previous}"`,
	);
}
