import type { RegistryDescription } from "../description.ts";
import { maskedDiff } from "../masking/masked-diff.ts";
import { secretsIn } from "../masking/secrets-in-tree.ts";
import type { Call, RegistryNode } from "../node.ts";
import type { Settings } from "../settings.ts";
import { type Blocker, switchBlockers } from "./blockers.ts";
import { configuredProduct } from "./configured-product.ts";
import { driverSettings } from "./driver-settings.ts";
import { productName } from "./product.ts";
import { resolveTarget } from "./resolve-target.ts";
import type { Target, TargetOptions } from "./target.ts";

/** A registry whose configuration is to be shown. */
export interface RenderedRegistry {
	readonly description: RegistryDescription;
	/** Its nodes, opened: at least one. */
	readonly nodes: readonly RegistryNode[];
	/** Which product it is, as `parseProduct` takes it; default: what is found on its first node. */
	readonly version?: string | undefined;
}

/** What would be done to a registry. */
export interface Renderings {
	/** As people write it: `Distribution 3.1.2`. */
	readonly product: string;
	/** The driver that it is told of the target. */
	readonly driver: string;
	/** What the operator should know of the target: sentences. */
	readonly notes: readonly string[];
	readonly nodes: readonly Rendering[];
}

/**
 * Works out what would be done so that every node of a registry uses a target. Changes nothing. Rejects with a
 * `RegistryError` or a `ConfigurationError`.
 */
export async function renderAll(
	registry: RenderedRegistry,
	target: Target,
	options: TargetOptions,
	others: Pick<Settings, "readOnly" | "redirectDisabled">,
	call: Call = {},
): Promise<Renderings> {
	const product = await configuredProduct(registry, call);
	const resolved = await resolveTarget(target, call);
	const { storage, notes } = driverSettings(resolved, product, {
		...options,
		redirectDisabled: others.redirectDisabled,
	});
	const rendered: Rendering[] = [];
	for (const node of registry.nodes)
		rendered.push(await render(node, { storage, ...others }, call));
	return {
		product: productName(product),
		driver: storage.driver,
		notes,
		nodes: rendered,
	};
}

/** What would be done to a node, as it can be shown: without secrets (I7). */
export interface Rendering {
	readonly node: string;
	/** Where its files are. */
	readonly host: string;
	/** The changes of its files, as `diff -u` shows them; "": none. */
	readonly diff: string;
	readonly commands: readonly string[];
	readonly notes: readonly string[];
	readonly blockers: readonly Blocker[];
}

/** Works out what would be done so that the settings are in force on a node. Changes nothing. */
async function render(
	node: RegistryNode,
	settings: Settings,
	call: Call,
): Promise<Rendering> {
	const effective = await node.settings(call);
	const { files, commands, notes } = await node.change(settings, call);
	const secrets = secretsIn(settings.storage?.parameters ?? {});
	return {
		node: node.name,
		host: node.host.name,
		diff: maskedDiff(files, { secrets }),
		commands,
		notes,
		blockers:
			effective === undefined ? [] : switchBlockers(effective, settings),
	};
}
