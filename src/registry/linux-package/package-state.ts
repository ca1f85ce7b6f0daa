import type { HostProcess } from "../host/processes.ts";
import type { HostFile } from "../kept-file/host-file.ts";
import { keptPlace } from "../kept-file/kept-place.ts";
import { readHostFile, readHostFiles } from "../kept-file/read-host-file.ts";
import type { Call } from "../node.ts";
import type { Configured } from "./gitlab-rb.ts";
import { type RegistryService, readService } from "./installation.ts";
import {
	type LastReconfigure,
	readLastReconfigure,
} from "./last-reconfigure.ts";
import { BEGIN, type Outline } from "./managed-block.ts";
import { readOutline } from "./outline.ts";
import type { PackageNode } from "./package-node.ts";
import { type Generated, readGenerated } from "./read-generated.ts";
import { hasRead, isGenerated } from "./reconfigured.ts";
import { serviceProcess } from "./service-process.ts";

/** What is found of a node before it is changed. Secrets inside (I7). */
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
	/** The registry's process; `undefined`: none runs. */
	readonly running: HostProcess | undefined;
}

/** Whether the registry that runs is configured so. */
export function isInForce(
	{ generated, running }: PackageState,
	configured: Configured,
): boolean {
	return (
		isGenerated(configured, generated.effective) &&
		running !== undefined &&
		hasRead(running, generated.writtenAt)
	);
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
	const last = await readLastReconfigure(host, paths, call);
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
		running,
	};
}
