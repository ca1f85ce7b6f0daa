import { messageOf } from "../../store/thrown.ts";
import type { Change, RegistryNode } from "../node.ts";
import { awaitState } from "./await-state.ts";
import { carryOut } from "./carry-out.ts";
import type { NodeStanding } from "./read-only-error.ts";
import type { FoundState } from "./record.ts";
import type { TurnOptions } from "./turn.ts";

/**
 * Brings a node back to what was found, and proves it by its answer. What fails is told, not thrown: the other nodes are
 * to be brought back as well; only a cancellation is. It is not given up when its commands fail: a node whose files are
 * back, and which answers as it was found to, was never restarted.
 */
export async function putBack(
	node: RegistryNode,
	found: FoundState,
	workOut: () => Promise<Change>,
	options: TurnOptions,
	signal?: AbortSignal | undefined,
): Promise<NodeStanding> {
	const { observe } = options;
	const left = (because: string): NodeStanding => {
		observe({ type: "left", node: node.name, reason: because });
		return { name: node.name, standing: "left", found, because };
	};
	const written = await attempt(signal, async () => {
		const change = await workOut();
		await change.write({ signal });
		return change;
	});
	if ("error" in written) return left(messageOf(written.error));
	const activated = await attempt(signal, () =>
		carryOut(written.value, node, options, signal),
	);
	const probed = await awaitState(node, found, options, signal);
	if (probed.state === found) {
		observe({ type: "put-back", node: node.name, state: found });
		return { name: node.name, standing: "as-found", found };
	}
	const answer =
		probed.state === "unknown"
			? `its answers do not tell its state (${probed.because})`
			: `it answers that it is ${probed.state} (${probed.because})`;
	return left(
		"error" in activated
			? `${messageOf(activated.error)}, and ${answer}`
			: answer,
	);
}

async function attempt<T>(
	signal: AbortSignal | undefined,
	act: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly error: unknown }> {
	try {
		return { value: await act() };
	} catch (error) {
		signal?.throwIfAborted();
		return { error };
	}
}
