import type { Call } from "../course/step.ts";
import { CutoverError } from "../cutover-error.ts";
import type { RollbackWorld } from "./rollback-world.ts";
import { type SourceChange, sourceChanges } from "./source-changes.ts";

/** Changes that a message names. */
const NAMED = 10;

/**
 * Rejects with a `CutoverError` (`refused`) that lists what somebody else has changed in the old source: then there are two
 * truths, and nobody but the operator can say which of them counts.
 */
export async function requireUnchanged(
	{ oldSource, base }: Pick<RollbackWorld, "oldSource" | "base">,
	call: Call,
): Promise<void> {
	const named: SourceChange[] = [];
	let count = 0;
	for await (const change of sourceChanges(oldSource, base, call)) {
		count++;
		if (named.length < NAMED) named.push(change);
	}
	if (count === 0) return;
	const list = named.map(({ key, verdict }) => `${verdict}: ${key}`);
	const more = count > NAMED ? `, and ${count - NAMED} more` : "";
	throw new CutoverError(
		"refused",
		`The registry cannot be rolled back: ${oldSource.url} has changed since the cutover, and not by a rollback (${list.join(", ")}${more}). Both sides have what the other lacks`,
		{
			suggestions: [
				"Find out who has written there: a node that was forgotten, a restore, garbage collection. Push what is only there to the registry of now, or give it up; and put what was changed back to what it was.",
			],
		},
	);
}
