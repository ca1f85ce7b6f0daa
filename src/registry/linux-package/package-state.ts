import type { HostFile } from "../kept-file/host-file.ts";
import { keptPlace } from "../kept-file/kept-place.ts";
import { readHostFile, readHostFiles } from "../kept-file/read-host-file.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { configuredOf, registryOf, type Tree } from "./configuration-tree.ts";
import type { Configured } from "./gitlab-rb.ts";
import { type RegistryService, readService } from "./installation.ts";
import {
	type LastReconfigure,
	readLastReconfigure,
} from "./last-reconfigure.ts";
import type { PackageNode } from "./linux-package-node.ts";
import { BEGIN, type Outline } from "./managed-block.ts";
import { readOutline } from "./outline.ts";
import { type Generated, readGenerated } from "./read-generated.ts";
import { hasRead, isGenerated } from "./reconfigured.ts";
import { serviceProcess } from "./service-process.ts";
import { showConfig } from "./show-config.ts";

/** All that has to be known of a node before it is changed. Secrets inside (I7). */
export interface PackageState {
	readonly file: HostFile;
	readonly outline: Outline;
	/** Whether the file is just as we wrote it. */
	readonly isAsWritten: boolean;
	/** Whether we wrote a block, and it is no longer there. */
	readonly isBlockGone: boolean;
	readonly service: RegistryService;
	readonly generated: Generated;
	readonly last: LastReconfigure;
	/** What a reconfigure would configure now, and what of it is the registry's. */
	readonly configuration: Tree;
	readonly configured: Configured;
	/** Whether the registry that runs is configured so. */
	readonly isInForce: boolean;
}

/** Looks at a node; changes nothing. Rejects with a `RegistryError` or a `ConfigurationError`. */
export async function readPackageState(
	node: PackageNode,
	call?: Call,
): Promise<PackageState> {
	const { host, paths } = node;
	const service = await readService(host, paths, call);
	const file = await readHostFile(host, node.file, call);
	const ruby = `${paths.installation}/embedded/bin/ruby`;
	const outline = await readOutline(
		host,
		ruby,
		{ text: file.text, file: node.file },
		call,
	);
	const { written } = keptPlace(file.target);
	const [ours] = await readHostFiles(host, [written], call);
	const generated = await readGenerated(host, service, {}, call);
	// Before show-config is run, which is not as harmless as it looks.
	const last = await readLastReconfigure(host, paths, call);
	const configuration = await showConfig(host, paths, node.gitlabCtl, call);
	const configured = configuredOrRefuse(node, configuration);
	const running = await serviceProcess(host, paths, call);
	return {
		file,
		outline,
		isAsWritten: ours?.sha256 === file.sha256,
		isBlockGone:
			ours?.text.includes(BEGIN) === true && outline.begins.length === 0,
		service,
		generated,
		last,
		configuration,
		configured,
		isInForce:
			isGenerated(configured, inForce(generated)) &&
			running !== undefined &&
			hasRead(running, generated.writtenAt),
	};
}

/** What a generated file says, to be compared with what is configured. */
export function inForce({ effective }: Generated): Configured {
	const { storage, readOnly, redirectDisabled, database } = effective;
	return { storage, readOnly, redirectDisabled, database };
}

/** What is configured for the registry. Throws a `RegistryError` (`refused`) where it could not start with it. */
export function configuredOrRefuse(
	{ host, file }: PackageNode,
	configuration: Tree,
): Configured {
	const configured = configuredOf(registryOf(configuration));
	if (configured !== undefined) return configured;
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
