import { effectiveSettings } from "../distribution/effective-settings.ts";
import type { ProcessEnvironment } from "../distribution/environment-overrides.ts";
import type { Host } from "../host/host.ts";
import { readHostFile } from "../kept-file/read-host-file.ts";
import type { Call } from "../node.ts";
import type { EffectiveSettings } from "../settings.ts";
import type { RegistryService } from "./installation.ts";

/** The generated `config.yml`, as it was when it was read. Secrets inside (I7). */
export interface Generated {
	/** With what the environment puts over it. */
	readonly effective: EffectiveSettings;
	readonly sha256: string;
	/** When it was written (ms since 1970), by the host's clock. */
	readonly writtenAt: number;
}

/**
 * Reads what the registry's next start takes for its configuration, with these variables. Rejects as `readHostFile` and
 * `effectiveSettings` do.
 */
export async function readGenerated(
	host: Host,
	{ configuration }: RegistryService,
	environment: ProcessEnvironment,
	call?: Call,
): Promise<Generated> {
	const { text, sha256, lastModified } = await readHostFile(
		host,
		configuration,
		call,
	);
	return {
		effective: effectiveSettings(text, environment, configuration),
		sha256,
		writtenAt: lastModified,
	};
}
