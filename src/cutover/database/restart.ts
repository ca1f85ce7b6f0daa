import type { Change, RegistryNode } from "../../registry/node.ts";
import { awaitEnd, type Former } from "../../registry/read-only/await-end.ts";
import { awaitState } from "../../registry/read-only/await-state.ts";
import { carryOut } from "../../registry/read-only/carry-out.ts";
import type { TurnOptions } from "../../registry/read-only/turn.ts";
import { RegistryError } from "../../registry/registry-error.ts";
import type { Call } from "../course/step.ts";
import { CutoverError } from "../cutover-error.ts";
import type { World } from "../world.ts";

/**
 * Brings a change into force on one node that takes writes, before and after. Resolves with what served it before and may
 * still run; with `undefined` where there was nothing to do.
 */
export async function restart(
	node: RegistryNode,
	change: Change,
	{ turn }: World,
	{ signal }: Call,
): Promise<Former | undefined> {
	if (change.files.length + change.commands.length === 0) return undefined;
	const options: TurnOptions = { ...turn, approve: async () => true, signal };
	const instances = await node.instances({ signal });
	await change.write({ signal });
	await carryOut(change, node, options, signal);
	const { state, because } = await awaitState(
		node,
		"writable",
		options,
		signal,
	);
	if (state !== "writable")
		throw new CutoverError(
			"unproven",
			`${node.name} (${node.url.origin}) was restarted, and does not take writes: ${because}`,
			{ suggestions: ["Look into its log: most likely it does not start."] },
		);
	return {
		node,
		instances: instances?.length === 0 ? undefined : instances,
		drainMs: turn.drainMs,
		toldAt: turn.clock.now(),
	};
}

/** Waits until none of those runs any more: until then they remove garbage. Rejects with a `CutoverError`. */
export async function requireGone(
	formers: readonly Former[],
	{ turn }: World,
	{ signal }: Call,
): Promise<void> {
	const options: TurnOptions = { ...turn, approve: async () => true, signal };
	for (const former of formers)
		await awaitEnd(former, options).catch((error: unknown) => {
			if (!(error instanceof RegistryError)) throw error;
			throw new CutoverError(
				"unproven",
				`${former.node.name} was restarted, and what served it before has not ended: it may still remove garbage`,
				{
					suggestions: [
						"Check the command that restarts it, or allow for more time with --timeout.",
					],
					cause: error,
				},
			);
		});
}
