import type { TagMove } from "./workloads/workload.ts";

/** An object at the target that is not as it has to be. */
export interface Finding {
	readonly key: string;
	readonly kind: "missing" | "different" | "extra";
}

/** What a tool left undone. */
export interface Missed {
	/** Objects that are missing, different or extra, tags included. */
	readonly objects: number;
	/** Of them, the moved tags that still name what they named, by how their links' time stamps are. */
	readonly tags: Readonly<Record<TagMove, number>>;
	/** Some of them. */
	readonly examples: readonly Finding[];
}

const EXAMPLES = 5;

/** Sorts what was found by what it means; undefined when nothing was. */
export function missedOf(
	findings: readonly Finding[],
	moved: ReadonlyMap<string, TagMove>,
): Missed | undefined {
	if (findings.length === 0) return undefined;
	const tags = { newer: 0, older: 0, kept: 0 };
	for (const { key } of findings) {
		const move = moved.get(key);
		if (move !== undefined) tags[move] += 1;
	}
	const examples = findings.slice(0, EXAMPLES);
	return { objects: findings.length, tags, examples };
}

const WORDS: Readonly<Record<TagMove, string>> = {
	newer: "newer",
	older: "older than the object",
	kept: "the same as before",
};

/** The one line on what was missed. */
export function formatMissed(missed: Missed | undefined): string {
	if (missed === undefined) return "nothing";
	const { objects, tags } = missed;
	const moves = Object.entries(tags) as readonly [TagMove, number][];
	const ofTags = moves
		.filter(([, count]) => count > 0)
		.map(
			([move, count]) =>
				`${plural(count, "moved tag")}, time stamp ${WORDS[move]}`,
		);
	const others = objects - moves.reduce((sum, [, count]) => sum + count, 0);
	return [
		...ofTags,
		...(others > 0 ? [plural(others, "other object")] : []),
	].join("; ");
}

/** What differs, as a reason why a pass is worth nothing. */
export function formatFindings(findings: readonly Finding[]): string {
	const kinds = Map.groupBy(findings, ({ kind }) => kind);
	return [...kinds].map(([kind, { length }]) => `${length} ${kind}`).join(", ");
}

function plural(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
