import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { Tree } from "../tree.ts";
import { configuredOf, registryOf } from "./configuration-tree.ts";
import type { Configured } from "./gitlab-rb.ts";
import type { PackageNode } from "./package-node.ts";
import { showConfig } from "./show-config.ts";

/** What a reconfigure would configure. Secrets inside (I7). */
export interface Evaluated {
	readonly configuration: Tree;
	/** What of it is the registry's. */
	readonly configured: Configured;
}

/**
 * Has GitLab evaluate the configuration as it is now. Rejects with a `RegistryError`: `failed` when that cannot be done,
 * `refused` where no registry could start with it.
 */
export async function evaluate(
	{ host, paths, file, gitlabCtl }: PackageNode,
	call?: Call,
): Promise<Evaluated> {
	const configuration = await showConfig(host, paths, gitlabCtl, call);
	const configured = configuredOf(registryOf(configuration));
	if (configured !== undefined) return { configuration, configured };
	throw new RegistryError(
		"refused",
		`${file} on ${host.name} configures no registry, or one without exactly one storage driver; with a reconfigure it would not run`,
		{
			suggestions: [
				"Look at registry['enable'], registry_external_url and registry['storage'] there, or at what gitlab-ctl show-config says of them.",
			],
		},
	);
}
