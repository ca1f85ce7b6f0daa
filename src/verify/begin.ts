import { UnknownRanges } from "../layout/unknown-ranges.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { Side } from "./finding.ts";
import { Ledger } from "./ledger.ts";
import { Tally } from "./tally.ts";
import type { Verification, VerifiedSide } from "./verification.ts";
import type { VerifyOptions } from "./verify.ts";

/** What of its options a verification keeps. */
type BeginOptions = Pick<
	VerifyOptions,
	"concurrency" | "maxExamples" | "maxProofBytes" | "observe" | "signal"
>;

/** A verification of which nothing is done yet. `startedAt`: milliseconds since 1970. */
export function beginVerification(
	source: ObjectStore,
	target: ObjectStore,
	options: BeginOptions,
	startedAt: number,
): Verification {
	const {
		concurrency = 32,
		maxExamples = 20,
		maxProofBytes = 16 * 1024 ** 3,
		observe = () => {},
	} = options;
	const controller = new AbortController();
	const ledger = new Ledger(maxExamples);
	return {
		source: begunSide("source", source),
		target: begunSide("target", target),
		concurrency,
		proofBytes: { left: maxProofBytes },
		startedAt,
		signal: AbortSignal.any([
			controller.signal,
			...(options.signal === undefined ? [] : [options.signal]),
		]),
		ledger,
		totals: { compared: 0, uncompared: 0 },
		observe,
		report(finding) {
			ledger.add(finding);
			observe({ type: "finding", finding });
		},
		stop: () => controller.abort(),
	};
}

function begunSide(side: Side, store: ObjectStore): VerifiedSide {
	return { side, store, tally: new Tally(), unknown: new UnknownRanges() };
}
