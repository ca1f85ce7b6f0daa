import { effectiveSettings } from "../distribution/effective-settings.ts";
import type { EffectiveSettings, Settings } from "../settings.ts";
import { isSameStorage } from "./planned-values.ts";
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

/** Whether settings are as was asked for. */
export function isAsAsked(now: EffectiveSettings, asked: Settings): boolean {
	const { readOnly, storage, redirectDisabled, database } = asked;
	const { onlineGarbageCollection } = asked;
	return (
		(readOnly === undefined || now.readOnly === readOnly) &&
		(storage === undefined || isSameStorage(storage, now.storage)) &&
		(redirectDisabled === undefined ||
			now.redirectDisabled === redirectDisabled) &&
		(database === undefined || isPinned(now, database)) &&
		(onlineGarbageCollection === undefined ||
			now.onlineGarbageCollection === onlineGarbageCollection)
	);
}

/** Where nothing is said of a database, there is none. */
function isPinned({ database }: EffectiveSettings, asked: boolean): boolean {
	return asked
		? database === "on"
		: database === "off" || database === undefined;
}
