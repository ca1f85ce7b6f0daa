import type { RegistryNode } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { TurnOptions } from "./turn.ts";

/** Looks at every node once more: at all of them at one time, and at what they would start with the next time. */
export async function lookAgain(
	nodes: readonly RegistryNode[],
	{ probe, signal }: TurnOptions,
): Promise<void> {
	await Promise.all(
		nodes.map(async (node) => {
			const [probed, settings] = await Promise.all([
				probe(node, { signal }),
				node.settings({ signal }),
			]);
			if (probed.state !== "read-only")
				throw new RegistryError(
					"unproven",
					`${node.name} (${node.url.origin}) was read-only, and is not known to be any more: ${probed.because}`,
					{ suggestions: [SOMEBODY] },
				);
			if (settings !== undefined && !settings.readOnly)
				throw new RegistryError(
					"changed",
					`the configuration of ${node.name} does not say read-only any more: somebody has changed it back, and it would take writes from its next start on`,
					{ suggestions: [SOMEBODY] },
				);
		}),
	);
}

const SOMEBODY =
	"Keep configuration management (Puppet, Chef, Ansible, Argo CD) from it until the registry is to take writes again.";
