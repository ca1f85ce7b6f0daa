import {
	FINDING_CAUSES,
	FINDING_KINDS,
	type Finding,
	type FindingCause,
	type FindingKind,
	type FindingSummaries,
} from "./finding.ts";

interface Entry {
	count: number;
	readonly causes: Record<FindingCause, number>;
	readonly examples: Finding[];
}

/** Counts findings exactly and keeps a few of each kind, so that memory does not grow with what is wrong (I8). */
export class Ledger {
	readonly #maxExamples: number;
	readonly #entries: Readonly<Record<FindingKind, Entry>>;

	/** `maxExamples`: most findings that are kept of each kind. */
	constructor(maxExamples: number) {
		this.#maxExamples = maxExamples;
		this.#entries = record(FINDING_KINDS, () => ({
			count: 0,
			causes: record(FINDING_CAUSES, () => 0),
			examples: [],
		}));
	}

	add(finding: Finding): void {
		const entry = this.#entries[finding.kind];
		entry.count += 1;
		entry.causes[finding.cause] += 1;
		if (entry.examples.length < this.#maxExamples) entry.examples.push(finding);
	}

	/** What has been found until now. */
	summaries(): FindingSummaries {
		return structuredClone(this.#entries);
	}
}

/** An object with a member for each name. */
export function record<Name extends string, Value>(
	names: readonly Name[],
	value: (name: Name) => Value,
): Record<Name, Value> {
	const members = names.map((name) => [name, value(name)] as const);
	return Object.fromEntries(members) as Record<Name, Value>;
}
