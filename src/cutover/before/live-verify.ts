import { isWhole } from "../../sync/events.ts";
import type { Finding, Found } from "../../verify/finding.ts";
import { verify } from "../../verify/verify.ts";
import { verifyKeys } from "../../verify/verify-keys.ts";
import type { Call, Course } from "../course/step.ts";
import { type PassWorld, pass, requireCopied } from "../passes.ts";
import { refusedCourse } from "../refused-course.ts";

/** Most keys that may differ while the registry is in use: more are no pushes that go on. */
const MAX_DIFFERENT = 10_000;

/** Most keys that are left to be proven under read-only, where each costs the window some milliseconds. */
const MAX_DOUBTFUL = 1000;

/** What is made of what still differs when another pass has been made. */
type Verdict =
	/** The last pass deletes it, or it is broken in the source, and that is accepted. */
	| "settled"
	/** It moves: what is right is known only when the registry is read-only. */
	| "doubtful"
	/** No pass mends it. */
	| "hopeless";

/**
 * What is made of what still differs when another pass has been made. `before` is what the source had before that; the
 * pass was whole when it held nothing back.
 *
 * | found now           | cause  | the source, since   | the pass  | verdict                             |
 * | ------------------- | ------ | ------------------- | --------- | ----------------------------------- |
 * | extra at the target | -      | -                   | -         | settled: the plan of deletes has it |
 * | unknown             | -      | -                   | -         | hopeless: it cannot be looked at    |
 * | anything else       | source | -                   | -         | settled where accepted, or hopeless |
 * | anything else       | others | as it was           | was whole | hopeless: it was not brought over   |
 * | anything else       | others | as it was           | was not   | doubtful                            |
 * | anything else       | others | has something newer | -         | doubtful                            |
 */
export function verdictOf(
	{ kind, cause, source }: Pick<Finding, "kind" | "cause" | "source">,
	before: Found | undefined,
	{
		acceptsDamage,
		isPassWhole,
	}: { readonly acceptsDamage: boolean; readonly isPassWhole: boolean },
): Verdict {
	if (kind === "extra") return "settled";
	if (kind === "unknown") return "hopeless";
	if (cause === "source") return acceptsDamage ? "settled" : "hopeless";
	const isAsItWas =
		before !== undefined &&
		source?.lastModified === before.lastModified &&
		source.size === before.size;
	return isAsItWas && isPassWhole ? "hopeless" : "doubtful";
}

/**
 * Compares all of the target with a source that is in use. What differs is no failure by itself: another pass is made,
 * that trusts no index, and what had differed is looked at again. Resolves with the keys that still do, to be proven under
 * read-only. Rejects with a `CutoverError` (`refused`) for what no pass mends, or for too much.
 */
export async function verifyLive(
	world: PassWorld,
	call: Call,
): Promise<ReadonlySet<string>> {
	const { source, target, observe, acceptsDamage } = world;
	const { different, hasExtra, compared } = await firstLook(world, call);
	observe({ type: "verified", objects: compared, isWhole: true });
	if (different.size === 0 && !hasExtra) return new Set();
	const result = await pass(world, call, { relist: true });
	observe({ type: "pass", kind: "live", result });
	requireCopied(result, world);
	const how = { acceptsDamage, isPassWhole: isWhole(result) };
	const doubtful = new Set<string>();
	const hopeless = new Hopeless();
	await verifyKeys(source, target, different.keys(), {
		...call,
		observe(event) {
			if (event.type !== "finding") return;
			const { finding } = event;
			const verdict = verdictOf(finding, different.get(finding.key), how);
			if (verdict === "doubtful") doubtful.add(finding.key);
			if (verdict === "hopeless") hopeless.add(finding);
		},
	});
	hopeless.throwIfAny(world.course);
	if (doubtful.size <= MAX_DOUBTFUL) return doubtful;
	throw refusedCourse(
		world.course,
		`${doubtful.size} objects still differ after another pass, and no more than ${MAX_DOUBTFUL} are left to be proven under read-only`,
		["Run it when less is pushed."],
	);
}

interface FirstLook {
	/** Keys that differ, each with what the source has there. */
	readonly different: ReadonlyMap<string, Found | undefined>;
	readonly hasExtra: boolean;
	/** Keys that were compared. */
	readonly compared: number;
}

async function firstLook(
	{ source, target, acceptsDamage, course }: PassWorld,
	{ signal }: Call,
): Promise<FirstLook> {
	const different = new Map<string, Found | undefined>();
	const hopeless = new Hopeless();
	const tooMuch = new AbortController();
	const { findings, compared } = await verify(source, target, {
		level: "default",
		signal: AbortSignal.any([tooMuch.signal, ...(signal ? [signal] : [])]),
		observe(event) {
			if (event.type !== "finding") return;
			const { kind, cause, key, source } = event.finding;
			if (kind === "extra" || (cause === "source" && acceptsDamage)) return;
			// A directory marker at the target, or a range that cannot be listed.
			if (cause === "source" || key.endsWith("/"))
				return hopeless.add(event.finding);
			different.set(key, source);
			if (different.size > MAX_DIFFERENT)
				tooMuch.abort(
					refusedCourse(
						course,
						`more than ${MAX_DIFFERENT} objects at the target are not as they are in the source, ${key} among them`,
						["Run verify, which tells how they differ, and then sync."],
					),
				);
		},
	});
	hopeless.throwIfAny(course);
	if (compared === 0)
		throw refusedCourse(course, "nothing was found to compare at the target", [
			"Run verify, which tells what there is.",
		]);
	return { different, hasExtra: findings.extra.count > 0, compared };
}

/** What no pass mends. */
class Hopeless {
	#first: Finding | undefined;
	#count = 0;

	add(finding: Finding): void {
		this.#first ??= finding;
		this.#count++;
	}

	throwIfAny(course: Course): void {
		if (this.#first === undefined) return;
		const { kind, key, error } = this.#first;
		const why = error === undefined ? "" : ` (${error.message})`;
		throw refusedCourse(
			course,
			`the target is not what the source is, and no pass mends that: ${this.#count} objects, the first of them ${kind}: ${key}${why}`,
			[
				"Run verify, which tells how they differ. What is broken in the source, verify says too; go on with that with --accept-damage.",
			],
		);
	}
}
