import { copyRank } from "../layout/order.ts";
import { type Kind, REPOSITORIES_PREFIX } from "../layout/paths.ts";
import type { ObjectMeta } from "../store/object-store.ts";
import type { AtTarget } from "./decide.ts";
import type { Tally } from "./events.ts";
import { State } from "./object-state.ts";
import {
	inBatches,
	type ObjectTable,
	openTable,
	rowOf,
} from "./object-table.ts";

/** An object of the source to be taken in. */
export interface IndexEntry {
	readonly key: string;
	readonly kind: Kind;
	readonly size: number;
	/** A link's content. */
	readonly content: string | undefined;
	readonly state: State;
}

/** An object that waits to be copied or compared. */
export type PendingObject = Omit<IndexEntry, "kind">;

/** A link that is the same on both sides. */
export interface SameLink {
	readonly key: string;
	readonly rank: number;
	readonly content: string;
}

/**
 * Objects of one rank are copied through lanes: few at a time for the large ones, which begin early and take long,
 * many for the others.
 */
export interface Lane {
	readonly rank: number;
	readonly isLarge: boolean;
}

/** What is known of one key. */
export interface Known {
	/** The source was listed to have it. */
	readonly isAtSource: boolean;
	/** The target was listed to have it, before the pass. */
	readonly isAtTarget: boolean;
	readonly state: number;
}

/** What there is on both sides, and what is to be done. */
export interface Totals {
	/** What the source has, unreadable and malformed objects aside. */
	readonly source: Tally;
	/** What needs no copying. */
	readonly same: Tally;
	/** What waits to be copied or compared; of it, `toCompare` objects may prove equal after all. */
	readonly waiting: Tally;
	readonly toCompare: number;
	/** Of the source. */
	readonly tags: number;
	readonly blobs: number;
	/** Keys of the target, and how many of those the source has too. */
	readonly atTarget: number;
	readonly atBoth: number;
}

/**
 * What a pass knows of both sides, on disk, so that memory does not grow with the number of objects (I8).
 */
export class ObjectIndex implements Disposable {
	readonly #table: ObjectTable = openTable();
	readonly #largeBytes: number;
	#hasTarget = false;
	#hasTrouble = false;
	#hasUnknown = false;
	/** The last answer of `troubleBelow`: links come in key order, so that the next one asks the same. */
	#answer:
		| { repository: string; rank: number; found: string | undefined }
		| undefined;

	/** Objects of more than `largeBytes` go through the large lane. */
	constructor(largeBytes: number) {
		this.#largeBytes = largeBytes;
	}

	/** Takes in objects of the target's listing. */
	addTarget(objects: Iterable<ObjectMeta>): void {
		for (const { key, size, md5 } of objects) {
			this.#hasTarget = true;
			this.#table.statements.addTarget.run(key, size, md5 ?? null);
		}
	}

	/** What the target was listed to have under this key. */
	target(key: string): AtTarget | undefined {
		if (!this.#hasTarget) return undefined;
		const row = rowOf(this.#table.statements.target.get(key));
		if (row === undefined) return undefined;
		const [size, md5] = row;
		return {
			size: Number(size),
			md5: typeof md5 === "string" ? md5 : undefined,
		};
	}

	/** Takes in an object of the source, with what is to be done with it; again, when it is listed again. */
	addSource({ key, kind, size, content, state }: IndexEntry): void {
		this.#table.statements.addSource.run(
			key,
			copyRank(kind),
			size > this.#largeBytes ? 1 : 0,
			size,
			content ?? null,
			state,
		);
	}

	/** Notes trouble or damage with an object. */
	mark(key: string, rank: number, state: State): void {
		this.#table.statements.mark.run(key, rank, state);
		if (state !== State.trouble) return;
		this.#hasTrouble = true;
		if (this.#answer !== undefined && rank < this.#answer.rank)
			this.#answer = undefined;
	}

	/**
	 * Notes that nothing is known of what lies in a prefix, or at a name that may be a prefix's (it was to be one, had it
	 * been looked at). What may lie there has this rank or a higher one.
	 */
	addUnknown(prefix: string, rank: number): void {
		const range = prefix.endsWith("/") ? prefix : `${prefix}/`;
		this.#hasUnknown = true;
		this.mark(range, rank, State.trouble);
	}

	/** Whether there is any trouble at all; while there is none, nothing can be held back. */
	get hasTrouble(): boolean {
		return this.#hasTrouble;
	}

	/** What is known of a key; `undefined` when neither side was listed to have it, and nothing happened to it. */
	find(key: string): Known | undefined {
		const row = rowOf(this.#table.statements.find.get(key));
		if (row === undefined) return undefined;
		const [size, targetSize, state] = row;
		return {
			isAtSource: size !== null,
			isAtTarget: targetSize !== null,
			state: Number(state),
		};
	}

	/** What is in trouble in a repository and ranks below `rank`, or is the unknown range that the repository lies in. */
	troubleBelow(repository: string, rank: number): string | undefined {
		if (!this.#hasTrouble) return undefined;
		const answer = this.#answer;
		if (answer?.repository === repository && answer.rank === rank)
			return answer.found;
		// From the first section's "_" to the character after it: what is in nested repositories does not count.
		const root = `${REPOSITORIES_PREFIX}${repository}/`;
		const [start, end] = [`${root}_`, `${root}\``];
		const row = rowOf(this.#table.statements.trouble.get(start, end, rank));
		const found = row === undefined ? this.unknownAbove(start) : String(row[0]);
		this.#answer = { repository, rank, found };
		return found;
	}

	/** The range that could not be looked at and in which a key lies, if any. */
	unknownAbove(key: string): string | undefined {
		if (!this.#hasUnknown) return undefined;
		for (
			let slash = key.lastIndexOf("/");
			slash > 0;
			slash = key.lastIndexOf("/", slash - 1)
		) {
			const range = key.slice(0, slash + 1);
			if (this.find(range)?.state === State.trouble) return range;
		}
		return undefined;
	}

	/** The objects of a lane that wait, in key order. */
	*pending(lane: Lane): Generator<PendingObject, undefined> {
		const { waiting } = this.#table.statements;
		const isLarge = lane.isLarge ? 1 : 0;
		const rows = inBatches((after) => waiting.all(lane.rank, isLarge, after));
		for (const [key, size, content, state] of rows) {
			yield {
				key: String(key),
				size: Number(size),
				content: typeof content === "string" ? content : undefined,
				state: state === State.compare ? State.compare : State.copy,
			};
		}
	}

	/** The links that are the same on both sides, in key order. */
	*sameLinks(): Generator<SameLink, undefined> {
		const { sameLinks } = this.#table.statements;
		for (const [key, rank, content] of inBatches((after) =>
			sameLinks.all(after),
		)) {
			yield {
				key: String(key),
				rank: Number(rank),
				content: String(content),
			};
		}
	}

	/** Adds up what there is. Goes through all of it: to be asked once, when all has been taken in. */
	totals(): Totals {
		const row = rowOf(
			this.#table.statements.totals.get(copyRank("current"), copyRank("blob")),
		);
		const numbers = (row ?? []).map(Number);
		const next = () => numbers.shift() ?? 0;
		const tally = (): Tally => ({ objects: next(), bytes: next() });
		return {
			source: tally(),
			same: tally(),
			waiting: tally(),
			toCompare: next(),
			tags: next(),
			blobs: next(),
			atTarget: next(),
			atBoth: next(),
		};
	}

	[Symbol.dispose](): void {
		this.#table.database.close();
	}
}
