import { type Exclusion, exclusionOf } from "../layout/exclusion.ts";
import { type Kind, kindOf } from "../layout/paths.ts";
import { record } from "./ledger.ts";

/** A number of objects, and their sizes added up. */
interface Amount {
	readonly objects: number;
	/** Bytes. */
	readonly bytes: number;
}

/** What was listed on one side, below `docker/registry/`. */
export interface SideCounts extends Amount {
	/** The store's URL, without secrets. */
	readonly url: string;
	/** What is compared, by kind. `objects` and `bytes` are their sum. */
	readonly kinds: Readonly<Record<Kind, Amount>>;
	/**
	 * What is never copied, and so is not among `objects`, by the reason. Together with `objects` it explains what a
	 * plain count of files or of objects says. Half-finished pushes are not looked into: see `uploads`.
	 */
	readonly ignored: Readonly<Record<IgnoredReason, Amount>>;
	/** How many repositories have an `_uploads/`, whose content is ignored. */
	readonly uploads: number;
}

/** Why an object that was listed is not compared. */
export type IgnoredReason = Exclude<Exclusion, "upload" | "outside">;

const KINDS: readonly Kind[] = [
	"blob",
	"layer",
	"revision",
	"signature",
	"index",
	"current",
	"lock",
	"other",
];

const IGNORED_REASONS: readonly IgnoredReason[] = [
	"marker",
	"temporary",
	"stray",
];

/** What a key is to a verification: what it is compared as, or why it is not. */
export function classify(key: string): Kind | Exclusion {
	return exclusionOf(key) ?? kindOf(key);
}

/** Whether a class means that the object is not compared. */
export function isIgnored(what: Kind | Exclusion): what is Exclusion {
	return !KIND_NAMES.has(what);
}

const KIND_NAMES: ReadonlySet<string> = new Set(KINDS);

type Counter = { -readonly [Name in keyof Amount]: Amount[Name] };

/** Counts what is listed on one side. */
export class Tally {
	readonly #kinds = record(KINDS, zero);
	readonly #ignored = record(IGNORED_REASONS, zero);
	#uploads = 0;

	/** Counts an object of this class. */
	add(what: Kind | Exclusion, size: number): void {
		const counter = this.#counterOf(what);
		if (counter === undefined) return;
		counter.objects += 1;
		counter.bytes += size;
	}

	addUploads(prefixes: number): void {
		this.#uploads += prefixes;
	}

	/** What has been counted until now. */
	counts(url: string): SideCounts {
		const amounts = Object.values(this.#kinds);
		return {
			url,
			objects: amounts.reduce((sum, { objects }) => sum + objects, 0),
			bytes: amounts.reduce((sum, { bytes }) => sum + bytes, 0),
			kinds: structuredClone(this.#kinds),
			ignored: structuredClone(this.#ignored),
			uploads: this.#uploads,
		};
	}

	#counterOf(what: Kind | Exclusion): Counter | undefined {
		switch (what) {
			case "marker":
			case "temporary":
			case "stray":
				return this.#ignored[what];
			// Neither is ever listed: the one is cut off, the other does not begin with the prefix that is listed.
			case "upload":
			case "outside":
				return undefined;
			default:
				return this.#kinds[what];
		}
	}
}

function zero(): Counter {
	return { objects: 0, bytes: 0 };
}
