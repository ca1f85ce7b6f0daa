import type { Instance, RegistryNode } from "../node.ts";
import type { WriteState } from "../probe/write-state.ts";
import type { EffectiveSettings } from "../settings.ts";
import { type NodeRecord, type ReadOnlyRecord, recordOf } from "./record.ts";
import type { Probe } from "./turn.ts";

/** A node as it was found, before anything is changed. */
export interface FoundNode {
	readonly node: RegistryNode;
	/** `undefined`: only its operator's commands are known. */
	readonly settings: EffectiveSettings | undefined;
	readonly probed: WriteState;
	/** Those that serve it; `undefined`: it cannot be told. */
	readonly instances: readonly Instance[] | undefined;
	/** What is kept of it from an earlier run. */
	readonly kept: NodeRecord | undefined;
}

/** Looks at all nodes at once. Rejects with the first one's error; nothing has been changed then. */
export async function lookAt(
	nodes: readonly RegistryNode[],
	record: ReadOnlyRecord | undefined,
	{
		probe,
		signal,
	}: { readonly probe: Probe; readonly signal?: AbortSignal | undefined },
): Promise<readonly FoundNode[]> {
	return await Promise.all(
		nodes.map(async (node) => {
			const [settings, probed, instances] = await Promise.all([
				node.settings({ signal }),
				probe(node, { signal }),
				node.instances({ signal }),
			]);
			// Somebody answers, so that nobody is found does not say that nobody is there.
			const serving = instances?.length === 0 ? undefined : instances;
			const kept = recordOf(record, node);
			return { node, settings, probed, instances: serving, kept };
		}),
	);
}
