import type { Change, RegistryNode } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import {
	type FoundState,
	type NodeRecord,
	type ReadOnlyRecord,
	recordOf,
} from "./record.ts";
import type { NodePlan, TurnOffOptions } from "./turn.ts";

/** A node, what is to be done to it, and what it is to be then. */
export interface OffPlan extends NodePlan {
	readonly wanted: FoundState;
	/** Works out anew what is to be done, for the time between may have been long. */
	readonly workOut: () => Promise<Change>;
}

/** What is to be done to a node so that it is back to what was found. */
export type OffDecision =
	/** It was not touched. */
	| "leave"
	/** It is put back to what was found. */
	| "undo"
	/** It is to take writes, whatever was found. */
	| "make-writable";

/**
 * Decides what is to be done to a node so that it is back to what was found.
 *
 * | recorded  | found     | forced | decision      |
 * | --------- | --------- | ------ | ------------- |
 * | no        | -         | yes    | make-writable |
 * | no        | -         | no     | leave (the command is refused when nothing is recorded at all) |
 * | -         | read-only | yes    | make-writable |
 * | untouched | -         | -      | leave         |
 * | begun     | -         | -      | undo          |
 * | proven    | -         | -      | undo          |
 *
 * The first row that fits; an untouched node that is forced, and was found writable, is left.
 */
export function decideOff(
	kept: Pick<NodeRecord, "found" | "stage"> | undefined,
	isForced: boolean,
): OffDecision {
	if (isForced && kept?.found !== "writable") return "make-writable";
	return kept === undefined || kept.stage === "untouched" ? "leave" : "undo";
}

/** Works out what is to be done to all nodes. Rejects with a `RegistryError`; changes nothing. */
export async function planOff(
	nodes: readonly RegistryNode[],
	record: ReadOnlyRecord | undefined,
	{ probe, signal, isForced }: TurnOffOptions,
): Promise<readonly OffPlan[]> {
	if (record === undefined && !isForced) throw NOTHING_RECORDED();
	return await Promise.all(
		nodes.map(async (node): Promise<OffPlan> => {
			const probed = await probe(node, { signal });
			const kept = recordOf(record, node);
			const decision = decideOff(kept, isForced);
			const wanted =
				decision === "make-writable"
					? "writable"
					: (kept?.found ?? "read-only");
			const workOut = async () => {
				const undo =
					decision === "undo" ? await node.undo({ signal }) : undefined;
				const isThere =
					undo !== undefined &&
					(undo.files.length + undo.commands.length > 0 ||
						probed.state === wanted);
				// What was put back already need not run yet.
				return isThere
					? undo
					: await node.change({ readOnly: wanted === "read-only" }, { signal });
			};
			const change = decision === "leave" ? undefined : await workOut();
			const notes = change?.notes ?? [];
			return { node, probed, change, workOut, notes, wanted };
		}),
	);
}

const NOTHING_RECORDED = () =>
	new RegistryError(
		"refused",
		"Nothing is recorded of this registry: it was not made read-only from here, or was put back since. Nothing was changed",
		{
			suggestions: [
				"If it was made read-only with another --state-directory, by another user, or with other nodes in its description, name what was named then.",
				"With --force it is made writable, whatever it was before.",
			],
		},
	);
