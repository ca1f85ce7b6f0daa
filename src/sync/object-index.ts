import { COPY_ORDER, copyRank } from "../layout/order.ts";
import { type Kind, kindOf } from "../layout/paths.ts";
import type { ObjectMeta } from "../store/object-store.ts";
import type { AtTarget } from "./decide.ts";
import type { DeletePlan } from "./delete-plan.ts";
import type { Tally } from "./events.ts";
import { State } from "./object-state.ts";
import { inBatches, type ObjectTable, rowOf } from "./object-table.ts";
import { Trouble } from "./trouble.ts";

/** An object of the source to be taken in. */
export interface IndexEntry {
	readonly key: string;
	readonly kind: Kind;
	readonly size: number;
	/** A link's content. */
	readonly content: string | undefined;
	/** The source's, by which the object is known again; "" where it cannot tell. */
	readonly version: string;
	readonly state: State;
}

/** An object that waits to be copied or compared. */
export type PendingObject = Omit<IndexEntry, "kind" | "version">;

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

/** What is known of an object that the source was seen to have. */
export interface Seen {
	readonly key: string;
	/** The source's version of which the target has the same; "" where something is to be done. */
	readonly settled: string;
}

/** A part of the key space of which some ranks are asked for: keys between `after` and `before`, both exclusive. */
export interface KeyRange {
	readonly after: string;
	readonly before: string;
	readonly ranks: readonly [lowest: number, highest: number];
}

/** What is known of one key. */
export interface Known {
	/** The source was listed to have it. */
	readonly isAtSource: boolean;
	/** The target has it, as a listing or its own answer told. */
	readonly isAtTarget: boolean;
	readonly state: number;
}

/** Of an object that was proven, where the target cannot tell its version: it is equal to none. */
const UNKNOWN_VERSION = "?";

/** An object of the target. */
export interface TargetObject {
	readonly key: string;
	readonly size: number;
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
 * What is known of both sides, and what is to be done; on disk, so that memory does not grow with the number of objects
 * (I8). Does not own the table.
 */
export class ObjectIndex {
	readonly trouble: Trouble;
	readonly #table: ObjectTable;
	readonly #largeBytes: number;

	/** Objects of more than `largeBytes` go through the large lane. */
	constructor(table: ObjectTable, largeBytes: number) {
		this.#table = table;
		this.#largeBytes = largeBytes;
		this.trouble = new Trouble(table);
	}

	/** Takes in objects of the target's listing. */
	addTarget(objects: Iterable<ObjectMeta>): void {
		for (const { key, size, md5, version } of objects)
			this.#table.statements.addTarget.run({
				key,
				rank: copyRank(kindOf(key)),
				size,
				md5: md5 ?? null,
				version,
			});
	}

	/** What the target has under this key; what it may have is of another size than any object. */
	target(key: string): AtTarget | undefined {
		const row = rowOf(this.#table.statements.target.get(key));
		if (row === undefined) return undefined;
		const [size, md5, proven] = row;
		return {
			size: Number(size),
			md5: typeof md5 === "string" ? md5 : undefined,
			isProven: proven !== "",
		};
	}

	/** Takes in an object of the source, with what is to be done with it; again, when it is listed again. */
	addSource(entry: IndexEntry): void {
		const { key, kind, size, content, version, state } = entry;
		this.#table.statements.addSource.run(
			key,
			copyRank(kind),
			size > this.#largeBytes ? 1 : 0,
			size,
			content ?? null,
			version,
			state,
		);
	}

	/** The objects of a range that the source was seen to have, in key order. */
	*seen({ after, before, ranks }: KeyRange): Generator<Seen, undefined> {
		const { seen } = this.#table.statements;
		const [lowest, highest] = ranks;
		const rows = inBatches(
			(last) => seen.all(last, before, lowest, highest),
			after,
		);
		for (const [key, settled] of rows)
			yield { key: String(key), settled: String(settled) };
	}

	/** What the target has between two keys (both exclusive), in key order; a size of -1: may have. */
	*atTarget(after: string, before: string): Generator<TargetObject, undefined> {
		const { atTarget } = this.#table.statements;
		for (const [key, size] of inBatches(
			(last) => atTarget.all(last, before),
			after,
		))
			yield { key: String(key), size: Number(size) };
	}

	/** What a link was seen to hold, at this version. */
	content(key: string, version: string): string | undefined {
		const row = rowOf(this.#table.statements.content.get(key, version));
		return row === undefined ? undefined : String(row[0]);
	}

	/** Notes that the source no longer has an object. */
	gone(key: string): void {
		this.#table.statements.gone.run(key);
	}

	/** Notes that an object is the same on both sides. */
	settle(key: string): void {
		this.#table.statements.settle.run(key);
	}

	/** Notes what the target has now, as its own answer to a put tells; with `isProof`, also that its bytes were proven. */
	written(
		key: string,
		{ size, md5, version }: Pick<ObjectMeta, "size" | "md5" | "version">,
		isProof: boolean,
	): void {
		const proven = isProof ? version || UNKNOWN_VERSION : "";
		this.#table.statements.written.run(size, md5 ?? null, proven, key);
	}

	/** Notes that the bytes of the target's blob were proven, at this version. */
	prove(key: string, version: string): void {
		this.#table.statements.prove.run(version || UNKNOWN_VERSION, key);
	}

	/** Whether the target may have a blob that is not noted as proven. */
	get hasUnproven(): boolean {
		return this.#table.statements.unproven.get(copyRank("blob")) !== undefined;
	}

	/** Notes that the target may have an object or not: the answer to a put was lost. */
	unsure(key: string): void {
		this.#table.statements.unsure.run(key);
	}

	/** What is known of a key; `undefined` when neither side has it, as far as is known, and nothing happened to it. */
	find(key: string): Known | undefined {
		const row = rowOf(this.#table.statements.find.get(key));
		if (row === undefined) return undefined;
		const [size, targetSize, state] = row;
		return {
			isAtSource: size !== null,
			isAtTarget: targetSize !== null && Number(targetSize) >= 0,
			state: Number(state),
		};
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

	/** What waits to be copied, and is at the target, in key order. */
	*undecided(): Generator<Omit<IndexEntry, "kind" | "state">, undefined> {
		const { undecided } = this.#table.statements;
		const rows = inBatches((after) => undecided.all(after));
		for (const [key, size, content, version] of rows)
			yield {
				key: String(key),
				size: Number(size),
				content: typeof content === "string" ? content : undefined,
				version: String(version),
			};
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

	/** What the revision links below a prefix hold, in key order; those aside that hold no digest. */
	*revisions(prefix: string): Generator<string, undefined> {
		const { revisions } = this.#table.statements;
		for (const [, content] of inBatches(
			(after) => revisions.all(after, `${prefix}~`, copyRank("revision")),
			prefix,
		))
			yield String(content);
	}

	/** What only the target has of a rank, in key order, 1,000 at a time; a size of 0 may be unknown. */
	*extra(rank: number): Generator<readonly TargetObject[], undefined> {
		const { extra } = this.#table.statements;
		for (let after = ""; ; ) {
			const batch = extra.all(rank, after).flatMap((each) => {
				const row = rowOf(each);
				if (row === undefined) return [];
				return [{ key: String(row[0]), size: Math.max(Number(row[1]), 0) }];
			});
			const last = batch.at(-1);
			if (last === undefined) return undefined;
			yield batch;
			after = last.key;
		}
	}

	/** What a pass that deletes would delete. Goes through all of it. */
	deletePlan(): DeletePlan {
		const row = rowOf(
			this.#table.statements.extraTotals.get({
				tag: copyRank("current"),
				blob: copyRank("blob"),
				link: copyRank("layer"),
			}),
		);
		const [objects = 0, bytes = 0, tags = 0, blobs = 0, links = 0, all = 0] = (
			row ?? []
		).map(Number);
		const index = this;
		const [namedBlobs, lostBlob] = blobs === 0 ? [0, ""] : this.#namedBlobs();
		return {
			...{ objects, bytes, tags, blobs, namedBlobs, lostBlob, links },
			targetTags: all,
			*keys() {
				for (const rank of COPY_ORDER.toReversed())
					for (const batch of index.extra(rank))
						for (const { key } of batch) yield key;
			},
		};
	}

	/**
	 * Of the blobs that only the target has: how many are named by links of the source, and one that a revision or a tag
	 * names, or "". The histories of tags do not count: what they name and something needs has a revision, too.
	 */
	#namedBlobs(): readonly [count: number, lost: string] {
		const ranks = {
			blob: copyRank("blob"),
			revision: copyRank("revision"),
			history: copyRank("index"),
		};
		const row = rowOf(this.#table.statements.namedBlobs.get(ranks));
		return [Number(row?.[0] ?? 0), String(row?.[1] ?? "")];
	}

	/** Notes that the target no longer has an object that the source lacks. */
	deleted(key: string): void {
		this.#table.statements.deleted.run(key);
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
}
