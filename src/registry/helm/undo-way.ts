import type { UndoDecision } from "../kept-file/undo-decision.ts";
import type { Revision } from "./release.ts";

/** How a release comes back to what it was before our first change. */
export type UndoWay =
	| { readonly kind: "nothing" }
	/** To a revision, with its manifest byte for byte. */
	| { readonly kind: "rollback"; readonly revision: number }
	/** By another upgrade, with the values of then. */
	| { readonly kind: "original-values" }
	/** By another upgrade, with the values of now but for those that we set. */
	| { readonly kind: "own-values" };

/**
 * | values are (`decideUndo`) | revisions since the original | original's in Helm's history | way                          |
 * | ------------------------- | ---------------------------- | ---------------------------- | ---------------------------- |
 * | as they were              | -                            | -                            | nothing                      |
 * | as we wrote them          | ours, all succeeded          | yes                          | rollback to it               |
 * | as we wrote them          | ours, all succeeded          | no: Helm keeps ten           | upgrade, the original values |
 * | as we wrote them          | another's, or one failed     | -                            | upgrade, the original values |
 * | anything else             | -                            | -                            | upgrade, our values undone   |
 *
 * Somebody else's revision with just our values is another version of the chart: a rollback would take that back, too.
 */
export function undoWay(
	decision: UndoDecision,
	original: number,
	history: readonly Revision[],
): UndoWay {
	switch (decision) {
		case "nothing":
			return { kind: "nothing" };
		case "own-keys":
			return { kind: "own-values" };
		case "original": {
			const since = history.filter(({ revision }) => revision > original);
			const isKept = history.some(({ revision }) => revision === original);
			return isKept && since.every(({ isOurs }) => isOurs)
				? { kind: "rollback", revision: original }
				: { kind: "original-values" };
		}
		default:
			return decision satisfies never;
	}
}
