import type { Host } from "../host/host.ts";
import type { PackagePaths } from "./installation.ts";

/** A node of the Linux package, and how it is asked. */
export interface PackageNode {
	readonly host: Host;
	readonly paths: PackagePaths;
	/** Path of `gitlab.rb`. */
	readonly file: string;
	/** As a person types it; words of a shell. */
	readonly gitlabCtl: string;
	/** How long a reconfigure may take (ms). */
	readonly reconfigureTimeoutMs: number;
	/** Whether a reconfigure may bring into force what else is pending. */
	readonly acceptPending: boolean;
}
