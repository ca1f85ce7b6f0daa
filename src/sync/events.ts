import type { Partiality } from "../layout/marker.ts";
import type { Kind } from "../layout/paths.ts";
import type { StoreError } from "../store/errors.ts";
import type { PlannedDeletes } from "./delete-plan.ts";
import type { Totals } from "./object-index.ts";
import { type LeftOut, NOTHING_LEFT_OUT, type Selection } from "./selection.ts";

/** A fact about a pass, sent when it has happened. */
export type SyncEvent =
	| { readonly type: "pass-started" }
	/** A page of the target's listing has been taken in. */
	| { readonly type: "target-listed"; readonly objects: number }
	/** A page of the source has been read. */
	| { readonly type: "source-read"; readonly objects: number }
	/** All is known: so much differs and will be copied. `toCompare` objects may prove equal after all. */
	| {
			readonly type: "planned";
			readonly objects: number;
			/** Sum of their sizes. */
			readonly bytes: number;
			readonly toCompare: number;
	  }
	| {
			readonly type: "copied";
			readonly key: string;
			readonly kind: Kind;
			readonly size: number;
	  }
	/** An object whose target had to be read turned out to be the same. */
	| { readonly type: "skipped"; readonly key: string; readonly size: number }
	/** Not copied, because something that it needs is not in place. The next pass copies it. */
	| { readonly type: "held-back"; readonly key: string; readonly needs: string }
	/** The copy did not happen; the source may be good. */
	| {
			readonly type: "failed";
			readonly key: string;
			readonly error: StoreError;
	  }
	/** A range of the source could not be looked at: what is there is unknown (I2). */
	| {
			readonly type: "unreadable";
			readonly prefix: string;
			readonly error: StoreError;
	  }
	/** Gone from the source since it was listed: normal on a live registry. */
	| { readonly type: "vanished"; readonly key: string }
	| { readonly type: "broken"; readonly damage: Damage }
	/** An object that the source does not have was deleted at the target: a lock file, or what deleting was allowed for. */
	| {
			readonly type: "deleted";
			readonly key: string;
			readonly kind: Kind;
			readonly size: number;
	  }
	/** An object of the target that is to be deleted stays, or may be there still. */
	| {
			readonly type: "delete-failed";
			readonly key: string;
			readonly error: StoreError;
	  };

/**
 * Something broken in the source itself:
 * - `corrupt`: a blob whose bytes do not hash to its name. Its bytes stay out of the target (I4).
 * - `malformed`: a link that holds no digest (often nothing at all). It is not copied.
 * - `dangling`: a link to a blob that the source lacks, and that somebody misses (`tell-dangling.ts`). Copied as it is.
 */
export interface Damage {
	readonly kind: "corrupt" | "malformed" | "dangling";
	readonly key: string;
	/** What was found, as a clause. */
	readonly found: string;
}

/** What a pass did. Exact counts; what they count was sent as events. */
export interface SyncResult {
	/** Objects of the source that the pass looked at. */
	readonly scanned: Tally;
	readonly copied: Tally;
	/** Already the same at the target. */
	readonly skipped: Tally;
	/** Blobs that were at the target already, that no pass had put there, and that were read to prove them. */
	readonly proven: Tally;
	readonly failed: number;
	readonly heldBack: number;
	readonly vanished: number;
	/** Ranges of the source that could not be looked at. */
	readonly unreadable: number;
	readonly deletedLocks: number;
	/** Other objects that were deleted at the target. */
	readonly deleted: Tally;
	/** What was to be deleted, where a plan was made or carried out. */
	readonly deletePlan?: PlannedDeletes | undefined;
	/** Objects of the target that the source does not have, and that were not deleted. */
	readonly extra: number;
	/** What was not selected. The other counts, `scanned` and `extra` among them, are of what was. */
	readonly leftOut: LeftOut;
	/** What the target lacks because this pass, or an earlier one, has left it out; `undefined`: nothing. */
	readonly partial: Partiality | undefined;
	readonly damage: Readonly<Record<Damage["kind"], number>>;
	/**
	 * Links that garbage collection has left behind, to what the source has not any more and no image needs
	 * (`tell-dangling.ts`). Copied as they are, and counted among the copied.
	 */
	readonly leftovers: number;
	/** Whether the target was listed; otherwise what it has is known from the index, as passes have written it. */
	readonly isTargetListed: boolean;
	/** Whether the pass stopped early: too much failed, or it is time. */
	readonly isStopped: boolean;
	/** Whether it stopped because the time had come at which it was to end. */
	readonly isOutOfTime: boolean;
	/**
	 * Whether the target now has everything that was selected of the source, byte for byte, as far as the pass could see.
	 */
	readonly isComplete: boolean;
}

export interface Tally {
	readonly objects: number;
	readonly bytes: number;
}

/** Gathers a pass's counts. */
export class Counts {
	scanned: Tally = { objects: 0, bytes: 0 };
	readonly copied = { objects: 0, bytes: 0 };
	skipped = { objects: 0, bytes: 0 };
	readonly proven = { objects: 0, bytes: 0 };
	readonly damage = { corrupt: 0, malformed: 0, dangling: 0 };
	leftovers = 0;
	failed = 0;
	heldBack = 0;
	vanished = 0;
	unreadable = 0;
	deletedLocks = 0;
	readonly deleted = { objects: 0, bytes: 0 };
	deletePlan: PlannedDeletes | undefined;
	/** Objects that only the target has, and that are left alone. */
	spared = 0;
	/** What was extra before anything was deleted, without those. */
	extra = 0;
	leftOut = NOTHING_LEFT_OUT;
	partial: Partiality | undefined;
	isTargetListed = true;
	isStopped = false;
	isOutOfTime = false;

	/** Takes over what is known when the source has been read. */
	planned(
		{ source, same, atTarget, atBoth }: Totals,
		selection: Selection | undefined,
	): void {
		const aside = selection?.aside;
		this.scanned = {
			objects: source.objects - (aside?.source.objects ?? 0),
			bytes: source.bytes - (aside?.source.bytes ?? 0),
		};
		this.extra = atTarget - atBoth - (aside?.extra ?? 0) - this.spared;
		this.skipped = { ...same };
		if (selection !== undefined) this.leftOut = selection.leftOut;
	}

	get isWhole(): boolean {
		return isWhole(this);
	}

	result(): SyncResult {
		const { failed, heldBack, unreadable, damage, isStopped, isWhole } = this;
		const isCopied = damage.corrupt + damage.malformed === 0;
		return {
			scanned: this.scanned,
			copied: this.copied,
			skipped: this.skipped,
			proven: this.proven,
			failed,
			heldBack,
			vanished: this.vanished,
			unreadable,
			deletedLocks: this.deletedLocks,
			deleted: this.deleted,
			deletePlan: this.deletePlan,
			extra: this.extra - this.deleted.objects,
			leftOut: this.leftOut,
			partial: this.partial,
			damage,
			leftovers: this.leftovers,
			isTargetListed: this.isTargetListed,
			isStopped,
			isOutOfTime: this.isOutOfTime,
			isComplete: isWhole && isCopied,
		};
	}
}

/** Whether nothing went wrong that the next pass may mend. */
export function isWhole(
	counts: Pick<SyncResult, "failed" | "heldBack" | "unreadable" | "isStopped">,
): boolean {
	const { failed, heldBack, unreadable, isStopped } = counts;
	return failed + heldBack + unreadable === 0 && !isStopped;
}

/** Adds one object to a tally. */
export function add(
	tally: { objects: number; bytes: number },
	bytes: number,
): void {
	tally.objects++;
	tally.bytes += bytes;
}
