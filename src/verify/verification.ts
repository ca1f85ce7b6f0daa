import type { UnknownRanges } from "../layout/unknown-ranges.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { VerifyEvent } from "./event.ts";
import type { Finding, Side } from "./finding.ts";
import type { Ledger } from "./ledger.ts";
import type { Tally } from "./tally.ts";

/** One side of a verification, and what is known of it until now. */
export interface VerifiedSide {
	readonly side: Side;
	readonly store: ObjectStore;
	readonly tally: Tally;
	readonly unknown: UnknownRanges;
}

/** What the steps of a verification share. */
export interface Verification {
	readonly source: VerifiedSide;
	readonly target: VerifiedSide;
	/** Most objects that are looked at at the same time. */
	readonly concurrency: number;
	/** Most bytes of the source's blobs that are still to be read to find out whose fault a finding is. */
	readonly proofBytes: { left: number };
	/** When it began (milliseconds since 1970). */
	readonly startedAt: number;
	/** Aborted when the caller cancels, and when a step fails. */
	readonly signal: AbortSignal;
	readonly ledger: Ledger;
	readonly totals: Totals;
	observe(event: VerifyEvent): void;
	/** Notes a finding and reports it. */
	report(finding: Finding): void;
	/** Makes all that is under way end soon. */
	stop(): void;
}

/** What is counted of the comparison as a whole. */
interface Totals {
	/** Keys that were looked at on both sides. */
	compared: number;
	/** Keys of one side that lie in an unknown range of the other. */
	uncompared: number;
}
