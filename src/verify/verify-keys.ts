import type { ObjectStore } from "../store/object-store.ts";
import { beginVerification } from "./begin.ts";
import { compareKeys } from "./compare.ts";
import type { FindingSummaries } from "./finding.ts";
import type { VerifyOptions } from "./verify.ts";

/** What came out for some keys. */
export interface KeysVerified {
	/** Keys that were looked at; also those that neither side has. */
	readonly compared: number;
	readonly findings: FindingSummaries;
}

/**
 * Compares these keys on both sides, as the level `default` compares all, by looking at each anew and without a listing. A
 * key that neither side has is as it is to be. Writes nothing; rejects with the signal's reason when cancelled.
 */
export async function verifyKeys(
	source: ObjectStore,
	target: ObjectStore,
	keys: Iterable<string>,
	options: Omit<VerifyOptions, "level"> = {},
): Promise<KeysVerified> {
	const { signal, clock = Date.now } = options;
	signal?.throwIfAborted();
	const verification = beginVerification(source, target, options, clock());
	try {
		await compareKeys(verification, keys);
	} catch (error) {
		signal?.throwIfAborted();
		throw error;
	} finally {
		verification.stop();
	}
	const { ledger, totals } = verification;
	return { compared: totals.compared, findings: ledger.summaries() };
}
