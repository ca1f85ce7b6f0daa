/**
 * What is tried with a registry, in this order; the first three on a copy of some images, read-only, the others writable
 * on a place of their own.
 */
export const STEPS = [
	"start",
	"refuse-writes",
	"pull",
	"start-writable",
	"push",
	"push-again",
	"pull-pushed",
	"delete",
] as const;

export type StepName = (typeof STEPS)[number];

/** What became of a step. */
export interface StepResult {
	readonly step: StepName;
	/** `skipped`: not tried, since one before it failed. */
	readonly outcome: "passed" | "failed" | "skipped";
	/** A sentence: what was found, or what was tried and how the registry answered. */
	readonly message: string;
	/** How long a start took (ms); `undefined`: it is none, or failed. */
	readonly tookMs?: number | undefined;
	/** Of one that failed, what the registry's log says, and with it the store. Without secrets (I7). */
	readonly said: readonly string[];
	/** What there is to do: sentences. */
	readonly suggestions: readonly string[];
}
