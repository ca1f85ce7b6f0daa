import type { RegistryDescription } from "./description.ts";
import { openHost } from "./host/open-host.ts";
import type { RegistryNode } from "./node.ts";

/** How nodes are opened. */
export interface OpenNodesOptions {
	/**
	 * Whether what else is pending may come into force with a change, by a reconfigure of GitLab's Linux package or an upgrade
	 * of its chart; default: it is refused.
	 */
	readonly acceptPending?: boolean | undefined;
}

/** The nodes of a registry that is described, in that order. Nothing is connected to yet; only their kind is loaded. */
export async function openNodes(
	description: RegistryDescription,
	{ acceptPending }: OpenNodesOptions = {},
): Promise<readonly RegistryNode[]> {
	switch (description.kind) {
		case "hooks": {
			const { hooksNode } = await import("./hooks/hooks-node.ts");
			return description.nodes.map((node) => hooksNode(node, openHost(node)));
		}
		case "linux-package": {
			const { linuxPackageNode } = await import(
				"./linux-package/linux-package-node.ts"
			);
			return description.nodes.map((node) =>
				linuxPackageNode(node, openHost(node), { acceptPending }),
			);
		}
		case "distribution": {
			const { distributionNode } = await import(
				"./distribution/distribution-node.ts"
			);
			return description.nodes.map((node) =>
				distributionNode(node, openHost(node)),
			);
		}
		case "helm": {
			const { helmNode } = await import("./helm/helm-node.ts");
			return description.nodes.map((node) =>
				helmNode(node, openHost(node), { acceptPending }),
			);
		}
		default:
			return description satisfies never;
	}
}
