import type { Host } from "../host/host.ts";
import { readHostFile } from "../kept-file/read-host-file.ts";
import type { Call } from "../node.ts";
import type { EffectiveSettings } from "../settings.ts";
import { parseGenerated } from "./generated-configuration.ts";
import type { RegistryService } from "./installation.ts";

/** The generated `config.yml`, as it was when it was read. Secrets inside (I7). */
export interface Generated {
	/** Without what overrides it. */
	readonly effective: EffectiveSettings;
	readonly sha256: string;
	/** When it was written (ms since 1970), by the host's clock. */
	readonly writtenAt: number;
}

/** Reads what the registry's next start takes for its configuration. Rejects as `readHostFile` and `parseGenerated` do. */
export async function readGenerated(
	host: Host,
	{ configuration }: RegistryService,
	call?: Call,
): Promise<Generated> {
	const { text, sha256, lastModified } = await readHostFile(
		host,
		configuration,
		call,
	);
	return {
		effective: parseGenerated(text, configuration, []),
		sha256,
		writtenAt: lastModified,
	};
}
