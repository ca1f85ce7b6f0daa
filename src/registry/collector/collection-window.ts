import type { RegistryNode } from "../node.ts";
import type { FoundState } from "../read-only/record.ts";
import type { NodePlan, TurnOptions } from "../read-only/turn.ts";
import { turnReadOnlyOff } from "../read-only/turn-off.ts";
import { type ReadOnlyProof, turnReadOnlyOn } from "../read-only/turn-on.ts";

/** What a node is after the window. */
export interface NodeState {
	readonly name: string;
	readonly state: FoundState;
}

/** A registry that is proven read-only, so that its garbage can be collected. */
export interface CollectionWindow {
	readonly proof: ReadOnlyProof;
	/** Whether it is to stay so: it was before. */
	readonly stays: boolean;
	/** Whether nothing has to be remembered of it. */
	readonly isUntouched: boolean;
}

/**
 * Opens one; `undefined`: it was not approved. Rejects as `turnReadOnlyOn` does.
 *
 * | recorded before | found              | files were written | afterwards                         |
 * | --------------- | ------------------ | ------------------ | ---------------------------------- |
 * | yes             | -                  | -                  | stays read-only, record kept       |
 * | no              | all were read-only | no                 | stays read-only, nothing to record |
 * | no              | all were read-only | yes                | stays read-only, record kept       |
 * | no              | one was writable   | -                  | brought back to what was found     |
 */
export async function openWindow(
	nodes: readonly RegistryNode[],
	options: TurnOptions,
): Promise<CollectionWindow | undefined> {
	const wasRecorded = options.keeper.read() !== undefined;
	let plans: readonly NodePlan[] = [];
	const proof = await turnReadOnlyOn(nodes, {
		...options,
		async approve(planned) {
			plans = planned;
			return await options.approve(planned);
		},
	});
	if (proof === undefined) return undefined;
	const wereReadOnly = proof.nodes.every(({ found }) => found === "read-only");
	return {
		proof,
		stays: wasRecorded || wereReadOnly,
		isUntouched:
			!wasRecorded &&
			plans.every(({ change }) => (change?.files ?? []).length === 0),
	};
}

/** Brings every node back to what was found, unless it is to stay as it is. Not cancelled. Rejects as `turnReadOnlyOff` does. */
export async function closeWindow(
	nodes: readonly RegistryNode[],
	{ stays, isUntouched }: CollectionWindow,
	options: TurnOptions,
): Promise<readonly NodeState[]> {
	if (stays) {
		if (isUntouched) options.keeper.remove();
		return nodes.map(({ name }) => ({ name, state: "read-only" }));
	}
	const back = await turnReadOnlyOff(nodes, {
		...options,
		// It is brought back whatever is cancelled.
		signal: undefined,
		approve: async () => true,
		isForced: false,
	});
	return back?.nodes ?? [];
}
