import type { RegistryDescription } from "./description.ts";
import { openHost } from "./host/open-host.ts";
import type { RegistryNode } from "./node.ts";
import { RegistryError } from "./registry-error.ts";

/** The nodes of a registry that is described, in that order. Nothing is connected to yet; only their kind is loaded. */
export async function openNodes(
	description: RegistryDescription,
): Promise<readonly RegistryNode[]> {
	switch (description.kind) {
		case "hooks": {
			const { hooksNode } = await import("./hooks/hooks-node.ts");
			return description.nodes.map((node) => hooksNode(node, openHost(node)));
		}
		case "distribution":
		case "linux-package":
		case "helm":
			throw new RegistryError(
				"refused",
				`Nothing is known yet of registries of the kind ${description.kind}`,
			);
		default:
			return description satisfies never;
	}
}
