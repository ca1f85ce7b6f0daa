import type { DistributionDescription } from "../description.ts";
import type { Host } from "../host/host.ts";
import {
	type HostProcess,
	listenersOf,
	printedProcesses,
} from "../host/processes.ts";
import type { HostFile } from "../kept-file/host-file.ts";
import { readHostFile } from "../kept-file/read-host-file.ts";
import type { Call } from "../node.ts";
import type { ProcessEnvironment } from "./environment-overrides.ts";
import { environmentOf } from "./process-environment.ts";

export interface DistributionOptions {
	/** How long a restart may take (ms); default 24 hours, for who switches a registry allows for less. */
	readonly restartTimeoutMs?: number | undefined;
}

/** A node, and how it is asked. */
export interface Node extends DistributionOptions {
	readonly description: DistributionDescription;
	readonly host: Host;
}

/** What is found on a node. Secrets inside (I7). */
export interface Found {
	readonly file: HostFile;
	/** `undefined`: they cannot be told. */
	readonly processes: readonly HostProcess[] | undefined;
	/** `undefined`: no process, or it is not to be seen. */
	readonly environment: ProcessEnvironment | undefined;
}

/** Looks at a node; changes nothing. Rejects with a `RegistryError`. */
export async function look(node: Node, call: Call | undefined): Promise<Found> {
	const { host, description } = node;
	const file = await readHostFile(host, description.configuration, call);
	const found = await processes(node, call);
	const [first] = found ?? [];
	const environment =
		first === undefined ? undefined : await environmentOf(host, first, call);
	return { file, processes: found, environment };
}

/** Those that serve; `undefined`: they cannot be told. */
export async function processes(
	{ host, description: { processes: line, url } }: Node,
	call: Call | undefined,
): Promise<readonly HostProcess[] | undefined> {
	if (line !== undefined) return await printedProcesses(host, line, call);
	const port =
		url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port;
	return await listenersOf(host, Number(port), call);
}
