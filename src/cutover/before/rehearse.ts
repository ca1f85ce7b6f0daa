import type { Call } from "../course/step.ts";
import { CutoverError } from "../cutover-error.ts";
import type { World } from "../world.ts";

/** What came of trying the target with the registry's own program. */
export interface Rehearsed {
	/** The first step that failed, of the first node of which one did; `undefined`: none. */
	readonly failure:
		| {
				readonly node: string;
				/** A sentence. */
				readonly message: string;
				/** Sentences. */
				readonly suggestions: readonly string[];
		  }
		| undefined;
	/** Nodes that could not be tried, and why: a sentence. */
	readonly untried: readonly {
		readonly nodes: readonly string[];
		readonly because: string;
	}[];
	/** How long the program took to start on the target, at most (ms); `undefined`: none was started. */
	readonly startMs: number | undefined;
}

/** What is found only in the window, or after it, where a node was not tried. */
const UNPROVEN =
	"that its own program starts with the target's configuration, takes a push there in parts, and deletes: the window proves that it serves the target, and pushes are tried only afterwards";

/**
 * Tries the target with each node's own program. Resolves with how long that took to start, where it is known. Rejects with a
 * `CutoverError` (`refused`) where the target, or the registry's credentials there, do not allow what the registry does.
 */
export async function rehearse(
	{ rehearse: attempt, observe }: Pick<World, "rehearse" | "observe">,
	call: Call,
): Promise<number | undefined> {
	if (attempt === undefined) {
		observe({
			type: "acknowledged",
			flag: "--no-rehearse",
			text: `Of no node it is proven ${UNPROVEN}.`,
		});
		return undefined;
	}
	const { failure, untried, startMs } = await attempt(call);
	for (const { nodes, because } of untried)
		observe({
			type: "note",
			text: `Not rehearsed: ${nodes.join(", ")}. ${because} Of ${nodes.length === 1 ? "that node" : "those nodes"} it is not proven ${UNPROVEN}.`,
		});
	if (failure === undefined) return startMs;
	throw new CutoverError(
		"refused",
		`The registry cannot be cut over: the registry of ${failure.node}, tried on the target, failed. ${failure.message.replace(/\.$/, "")}. It is in use as before`,
		{
			suggestions: [
				...failure.suggestions,
				"Try it again with rehearse, until all passes.",
			],
		},
	);
}
