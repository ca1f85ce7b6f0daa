import type { Call } from "../node.ts";
import { findProduct } from "./find-product.ts";
import { type Product, parseProduct } from "./product.ts";
import type { RenderedRegistry } from "./render.ts";
import { runningProgram } from "./running-program.ts";

/**
 * Which registry is configured: the one that is said, else what its first node shows, of Distribution by the program that
 * serves there. Who shows a configuration and who writes it have to ask this alike. Rejects with a `RegistryError` where
 * nothing tells.
 */
export async function configuredProduct(
	{ description, nodes, version }: RenderedRegistry,
	call: Call = {},
): Promise<Product> {
	if (version !== undefined) return parseProduct(version);
	const [first] = nodes;
	if (first === undefined) throw new RangeError("A registry has nodes");
	const running =
		description.kind === "distribution"
			? await runningProgram(first, call)
			: undefined;
	return await findProduct(description, first.host, { ...call, running });
}
