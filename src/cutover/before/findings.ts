import {
	FINDING_KINDS,
	type FindingKind,
	type FindingSummaries,
} from "../../verify/finding.ts";

/** Findings of one kind that are in the way of a cutover. */
export interface BadFindings {
	readonly kind: FindingKind;
	readonly count: number;
	/** One of them, by its key; `undefined`: no example is kept. */
	readonly example: string | undefined;
}

/** The findings that are not accepted: what is broken in the source may be. */
export function unaccepted(
	findings: FindingSummaries,
	{
		acceptsDamage,
		sparesExtra = false,
	}: {
		readonly acceptsDamage: boolean;
		/** Whether what only the target has may be left there; default false. */
		readonly sparesExtra?: boolean | undefined;
	},
): readonly BadFindings[] {
	return FINDING_KINDS.flatMap((kind) => {
		if (sparesExtra && kind === "extra") return [];
		const { count, causes, examples } = findings[kind];
		const bad = count - (acceptsDamage ? causes.source : 0);
		const one = examples.find(
			({ cause }) => !acceptsDamage || cause !== "source",
		);
		return bad > 0 ? [{ kind, count: bad, example: one?.key }] : [];
	});
}

/** How many of which kind, and one of each, as a clause. */
export function inWords(bad: readonly BadFindings[]): string {
	return bad
		.map(
			({ kind, count, example }) =>
				`${count} ${kind}${example === undefined ? "" : ` (${example}${count > 1 ? ", …" : ""})`}`,
		)
		.join(", ");
}
