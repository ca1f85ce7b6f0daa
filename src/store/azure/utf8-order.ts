import { StoreError, type StoreErrorOptions } from "../errors.ts";
import { compareKeys } from "../key.ts";
import type { ObjectMeta } from "../object-store.ts";

/** Most objects that are held back at a time. A registry's keys are ASCII, of which none is. */
const MAX_HELD = 10_000;

/**
 * Brings a listing into the order of UTF-8 bytes from that of UTF-16 units, in which Azurite lists. The two differ only
 * in that characters above U+FFFF come after, or before, those from U+E000 on; so from the first key with such a
 * character on, all that are equal up to it are held back, and sorted. Keys in UTF-8 order stay in it.
 */
export class Utf8Order {
	readonly #about: StoreErrorOptions;
	#held: ObjectMeta[] = [];
	/** What those that are held back begin with. */
	#prefix = "";

	constructor(about: StoreErrorOptions) {
		this.#about = about;
	}

	/** The objects whose turn it is, once these have come. */
	push(objects: readonly ObjectMeta[]): readonly ObjectMeta[] {
		// Nearly always; then nothing is copied.
		if (this.#held.length === 0 && !objects.some(({ key }) => HIGH.test(key)))
			return objects;
		const ready: ObjectMeta[] = [];
		for (const object of objects) {
			if (this.#held.length > 0 && !object.key.startsWith(this.#prefix))
				ready.push(...this.end());
			const high = this.#held.length > 0 ? 0 : object.key.search(HIGH);
			if (high === -1) {
				ready.push(object);
				continue;
			}
			if (this.#held.length === 0) this.#prefix = object.key.slice(0, high);
			this.#held.push(object);
			if (this.#held.length > MAX_HELD) throw this.#tooMany();
		}
		return ready;
	}

	/** The objects that are still held back. */
	end(): readonly ObjectMeta[] {
		const held = this.#held.sort((left, right) =>
			compareKeys(left.key, right.key),
		);
		this.#held = [];
		return held;
	}

	#tooMany(): StoreError {
		const reason = `more than ${MAX_HELD} keys with unusual characters follow each other, which cannot be brought into order`;
		return new StoreError("unsupported", reason, this.#about);
	}
}

const HIGH = /[\uD800-\uDFFF]/;
