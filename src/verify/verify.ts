import type { Partiality } from "../layout/marker.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { beginVerification } from "./begin.ts";
import { compareSides } from "./compare.ts";
import { countSides } from "./count.ts";
import type { VerifyEvent } from "./event.ts";
import type { FindingSummaries } from "./finding.ts";
import { readMarked } from "./marked.ts";
import type { SideCounts } from "./tally.ts";
import type { Verification } from "./verification.ts";

/**
 * How much is proven; each level proves what the one before does, and more:
 * - `counts`: both sides have the same number of objects (the check that GitLab's documentation describes).
 * - `default`: the same keys, sizes and link contents, nothing else at the target, and no link that is damaged.
 */
export const VERIFY_LEVELS = ["counts", "default"] as const;

export type VerifyLevel = (typeof VERIFY_LEVELS)[number];

export interface VerifyOptions {
	readonly level: VerifyLevel;
	/** Most objects looked at at the same time; default 32. */
	readonly concurrency?: number | undefined;
	/** Most findings of each kind that the result holds; default 20. All of them are counted and observed. */
	readonly maxExamples?: number | undefined;
	/**
	 * Most bytes of the source's blobs that are read to find out whether a missing blob is broken in the source;
	 * default 16 GiB. Beyond it the cause of such findings is `unknown`.
	 */
	readonly maxProofBytes?: number | undefined;
	/** Told every fact as it happens. */
	readonly observe?: ((event: VerifyEvent) => void) | undefined;
	/** Milliseconds since 1970; default `Date.now`. */
	readonly clock?: (() => number) | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** What came out: plain data, of bounded size. */
export interface VerifyResult {
	readonly level: VerifyLevel;
	/**
	 * Whether the target is what the source is, as far as the level proves. False after any finding, whatever its
	 * cause, when anything is unknown, and when the source is empty: two empty sides prove nothing.
	 */
	readonly isEqual: boolean;
	/** When it began (milliseconds since 1970). */
	readonly startedAt: number;
	/**
	 * What the target lacks because the last pass to it left that out, as its marker says; `undefined`: nothing, as far as
	 * is known. What is missing is a finding all the same.
	 */
	readonly partial: Partiality | undefined;
	/** Which pass had written to the target last when it began, as its marker says; `undefined`: it does not tell. */
	readonly lastPass: string | undefined;
	readonly source: SideCounts;
	readonly target: SideCounts;
	/** Keys that were looked at on both sides; none at the level `counts`. */
	readonly compared: number;
	/** Keys of one side that were not compared, because they lie in a range of the other that is unknown. */
	readonly uncompared: number;
	readonly findings: FindingSummaries;
}

/** What each level does. */
const STEPS: Readonly<
	Record<VerifyLevel, readonly ((run: Verification) => Promise<void>)[]>
> = {
	counts: [countSides],
	default: [compareSides],
};

/**
 * Compares a migration's target with its source; writes nothing. It reads both anew and trusts nothing that a pass
 * has noted.
 *
 * Rejects with a `StoreError` when a listing fails, rather than take for missing what was not listed; single objects
 * and directories that cannot be looked at are findings of the kind `unknown`. A cancelled call rejects with the
 * signal's reason. The stores are to try again by themselves what may pass, as those of `openStore` do.
 */
export async function verify(
	source: ObjectStore,
	target: ObjectStore,
	options: VerifyOptions,
): Promise<VerifyResult> {
	const { level, signal, clock = Date.now } = options;
	signal?.throwIfAborted();
	const verification = beginVerification(source, target, options, clock());
	let marked: Pick<VerifyResult, "partial" | "lastPass">;
	try {
		const { partial, lastPass } = await readMarked(verification);
		marked = { partial, lastPass };
		for (const step of STEPS[level]) await step(verification);
	} catch (error) {
		signal?.throwIfAborted();
		throw error;
	} finally {
		verification.stop();
	}
	return resultOf(level, verification, marked);
}

function resultOf(
	level: VerifyLevel,
	{ source, target, ledger, totals, startedAt }: Verification,
	marked: Pick<VerifyResult, "partial" | "lastPass">,
): VerifyResult {
	const findings = ledger.summaries();
	const counts = {
		source: source.tally.counts(source.store.url),
		target: target.tally.counts(target.store.url),
	};
	const isWithoutFinding = Object.values(findings).every(
		({ count }) => count === 0,
	);
	return {
		level,
		isEqual:
			isWithoutFinding &&
			counts.source.objects > 0 &&
			(level !== "counts" || counts.source.objects === counts.target.objects),
		startedAt,
		...marked,
		...counts,
		...totals,
		findings,
	};
}
