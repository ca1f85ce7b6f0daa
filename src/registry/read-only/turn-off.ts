import type { RegistryNode } from "../node.ts";
import { planOff } from "./plan-off.ts";
import { putBack } from "./put-back.ts";
import { type NodeStanding, ReadOnlyError } from "./read-only-error.ts";
import { type FoundState, Recorder } from "./record.ts";
import type { TurnOffOptions } from "./turn.ts";

/** A registry that is back to what was found, or takes writes where that was forced. */
export interface PutBackProof {
	readonly nodes: readonly {
		readonly name: string;
		readonly url: string;
		readonly state: FoundState;
	}[];
}

/**
 * Brings a registry back to what was found before it was made read-only, and proves it on every node. A node that fails
 * keeps no other from being brought back; what is left is recorded still, so it can be run again.
 *
 * Resolves with `undefined` when it was not approved. Rejects with a `RegistryError` when nothing was changed, with a
 * `ReadOnlyError` when a node is not what it is to be.
 */
export async function turnReadOnlyOff(
	nodes: readonly RegistryNode[],
	options: TurnOffOptions,
): Promise<PutBackProof | undefined> {
	const { keeper, observe, approve, signal } = options;
	const record = keeper.read();
	const plans = await planOff(nodes, record, options);
	for (const { node, probed, notes } of plans)
		observe({ type: "found", node: node.name, state: probed.state, notes });
	if (!(await approve(plans))) return undefined;
	const recorder =
		record === undefined ? undefined : new Recorder(keeper, record);
	const standings: NodeStanding[] = [];
	for (const { node, change, wanted, workOut } of plans) {
		if (change === undefined) continue;
		signal?.throwIfAborted();
		const standing = await putBack(node, wanted, workOut, options, signal);
		if (standing.standing === "as-found") recorder?.note(node, "untouched");
		standings.push(standing);
	}
	recorder?.removeIfDone();
	if (standings.some(({ standing }) => standing === "left"))
		throw new ReadOnlyError(
			"The registry could not be put back",
			undefined,
			standings,
		);
	return {
		nodes: plans.map(({ node, wanted }) => ({
			name: node.name,
			url: node.url.origin,
			state: wanted,
		})),
	};
}
