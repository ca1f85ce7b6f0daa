import { copyRank } from "../layout/order.ts";
import { parseKey } from "../layout/paths.ts";
import { lowestRankBelow } from "../layout/sections.ts";
import { UnknownRanges } from "../layout/unknown-ranges.ts";
import type { StoreError } from "../store/errors.ts";
import { compareKeys } from "../store/key.ts";
import { State } from "./object-state.ts";
import type { PassContext } from "./pass-context.ts";

/** Most places that are gathered before they are told (I8). */
const MAX_GATHERED = 1000;

/**
 * What could not be looked at in a part of the source. It holds back at once what depends on it; and it is told once,
 * though a repository's sections overlap, and one directory that nobody may enter fails them all.
 */
export class UnreadablePlaces {
	readonly #context: PassContext;
	readonly #unknown = new UnknownRanges();
	readonly #untold = new Map<string, StoreError>();

	constructor(context: PassContext) {
		this.#context = context;
	}

	/** Notes that a prefix or key could not be looked at. */
	add(prefix: string, error: StoreError): void {
		const { trouble } = this.#context.index;
		this.#unknown.add(prefix);
		const kind = parseKey(prefix)?.kind;
		if (kind === undefined) trouble.addUnknown(prefix, lowestRankBelow(prefix));
		else trouble.mark(prefix, copyRank(kind), State.trouble);
		this.#untold.set(prefix, error);
		if (this.#untold.size >= MAX_GATHERED) this.tell();
	}

	/** Whether nothing is known of a key: it is not gone, though it was not listed (I2). */
	covers(key: string): boolean {
		return this.#unknown.covers(key);
	}

	/** Counts and reports what was noted since the last time, but for what lies in something else that was. */
	tell(): void {
		const { counts, observe } = this.#context;
		const told = new UnknownRanges();
		const places = [...this.#untold].sort(([left], [right]) =>
			compareKeys(left, right),
		);
		this.#untold.clear();
		for (const [prefix, error] of places) {
			if (told.covers(prefix)) continue;
			told.add(prefix);
			counts.unreadable++;
			observe({ type: "unreadable", prefix, error });
		}
	}
}
