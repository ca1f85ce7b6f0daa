import type { SyncEvent } from "../sync/events.ts";
import { type VerifyResult, verify } from "../verify/verify.ts";
import { verifyKeys } from "../verify/verify-keys.ts";
import { inWords, unaccepted } from "./before/findings.ts";
import type { Call } from "./course/step.ts";
import { CutoverError } from "./cutover-error.ts";
import type { World } from "./world.ts";

/** Of more objects than this, all of the target is verified instead. */
const MAX_OBJECTS = 10_000;

/** What is to be proven of the target under read-only: what the last pass has changed, and what was in doubt before it. */
export class Delta {
	readonly #keys: Set<string>;

	/** `doubtful`: keys that were not known to be alike when the registry was in use. */
	constructor(doubtful: Iterable<string> = []) {
		this.#keys = new Set(doubtful);
	}

	get keys(): Iterable<string> {
		return this.#keys;
	}

	/** Whether all of it is kept: not when there was too much. */
	get isKnown(): boolean {
		return this.#keys.size <= MAX_OBJECTS;
	}

	observe(event: SyncEvent): void {
		if (!this.isKnown) return;
		if (event.type === "copied" || event.type === "deleted")
			this.#keys.add(event.key);
	}
}

/**
 * Most objects that are looked at at the same time: what is looked at is little, and each waits for two stores, one after
 * the other.
 */
const AT_ONCE = 64;

/**
 * Proves that what was changed is at the target as it is in the source, by reads of its own: links by their content, blobs,
 * whose bytes were proven on the way in (I4), by their size. `undefined`: it is not known what was changed, and all is
 * verified. Rejects with a `CutoverError`.
 */
export async function verifyDelta(
	world: Pick<
		World,
		"source" | "target" | "acceptsDamage" | "observe" | "course" | "pass"
	>,
	delta: Delta | undefined,
	{ signal }: Call,
): Promise<void> {
	const { source, target, observe, course, pass, acceptsDamage } = world;
	const isWhole = delta === undefined || !delta.isKnown;
	const { findings, compared }: Pick<VerifyResult, "findings" | "compared"> =
		isWhole
			? await verify(source, target, { level: "default", signal })
			: await verifyKeys(source, target, delta.keys, {
					concurrency: AT_ONCE,
					signal,
				});
	const bad = unaccepted(findings, {
		acceptsDamage,
		sparesExtra: isWhole && pass.isExtra !== undefined,
	});
	const isEmpty = isWhole && compared === 0;
	if (bad.length > 0 || isEmpty)
		throw new CutoverError(
			"unproven",
			isEmpty
				? `nothing was found to compare at the ${course.to}`
				: `the ${course.to} is not what the ${course.from} is: ${inWords(bad)}`,
			{ suggestions: ["Run verify, which tells how they differ."] },
		);
	observe({ type: "verified", objects: compared, isWhole });
}
