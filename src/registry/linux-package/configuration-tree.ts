import { collectsOnline, databaseSetting } from "../database-section.ts";
import type { ParameterValue } from "../settings.ts";
import { BESIDE_DRIVERS } from "../storage-section.ts";
import { mapOf, type Tree } from "../tree.ts";
import type { Configured } from "./gitlab-rb.ts";

/** The registry's settings in what `gitlab-ctl show-config` printed. Up to 12.3 they were among GitLab's own. */
export function registryOf(configuration: Tree): Tree {
	return mapOf(configuration.registry ?? mapOf(configuration.gitlab).registry);
}

/** The drivers that a storage section names: a registry takes exactly one. */
function driversOf(storage: unknown): readonly string[] {
	return Object.keys(mapOf(storage)).filter(
		(name) => !BESIDE_DRIVERS.includes(name),
	);
}

/** What a registry's settings say of what we change; `undefined` when there are no storage and driver in them. */
export function configuredOf(registry: Tree): Configured | undefined {
	const storage = mapOf(registry.storage);
	const [driver, ...others] = driversOf(storage);
	if (driver === undefined || others.length > 0) return undefined;
	const { enabled } = mapOf(mapOf(storage.maintenance).readonly);
	return {
		storage: { driver, parameters: parametersOf(storage[driver]) },
		readOnly: enabled === true,
		redirectDisabled: mapOf(storage.redirect).disable === true,
		database: databaseSetting(mapOf(registry.database).enabled),
		onlineGarbageCollection: collectsOnline(registry.gc),
	};
}

function parametersOf(
	value: unknown,
): Readonly<Record<string, ParameterValue>> {
	return Object.fromEntries(
		Object.entries(mapOf(value)).map(([name, item]) => [
			name,
			parameterOf(item),
		]),
	);
}

function parameterOf(value: unknown): ParameterValue {
	return typeof value === "string" ||
		typeof value === "number" ||
		typeof value === "boolean"
		? value
		: parametersOf(value);
}
