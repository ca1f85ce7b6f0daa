import type { RegistryNode } from "./node.ts";
import { RegistryError } from "./registry-error.ts";

/** What a kind of nodes has that cannot be cut over yet: both reject with a `RegistryError` (`refused`). */
export function withoutCutover(
	kind: "helm" | "hooks",
): Pick<RegistryNode, "accept" | "restore"> {
	const refuse = () =>
		Promise.reject(
			new RegistryError(
				"refused",
				`A registry of the kind ${kind} cannot be cut over by this version. Nothing was changed`,
			),
		);
	return { accept: refuse, restore: refuse };
}
