import { effectiveSettings } from "../distribution/effective-settings.ts";
import type { EffectiveSettings } from "../settings.ts";
import { registryConfiguration } from "./registry-configuration.ts";
import type { RegistryWorkload } from "./registry-workload.ts";

/** What the release's next pods take for their configuration. Throws a `ConfigurationError` for what none starts with. */
export function settingsOf(workload: RegistryWorkload): EffectiveSettings {
	const { template, storage, environment, configMap } = workload;
	const text = registryConfiguration(template, storage?.text);
	const secret =
		storage === undefined ? "" : ` with the Secret ${storage.name}`;
	return effectiveSettings(
		text,
		environment,
		`ConfigMap ${configMap}${secret}`,
	);
}
