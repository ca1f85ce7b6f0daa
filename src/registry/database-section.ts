import { refusing } from "./configuration-error.ts";
import { parseYaml } from "./configuration-yaml.ts";
import type { DatabaseSetting } from "./metadata-mode.ts";
import { BOOLEANS, isTrue } from "./parameters.ts";
import { valueAt } from "./tree.ts";

/**
 * What a registry's configuration says of a metadata database, which only GitLab's registry has; `undefined`: nothing.
 * Throws a `ConfigurationError` for what no registry starts with. `file` is its name.
 */
export function parseDatabase(
	text: string,
	file: string,
): DatabaseSetting | undefined {
	const enabled = valueAt(parseYaml(text, file), ["database", "enabled"]);
	const setting = databaseSetting(enabled);
	if (setting === "off" && !BOOLEANS.has(String(enabled).toLowerCase()))
		throw refusing(file)(
			"its database.enabled is neither true nor false nor prefer",
			"Name the file that the registry is started with.",
		);
	return setting;
}

/** What `database.enabled` says, as it is written or as YAML has it; `undefined`: nothing. What cannot be read is "off". */
export function databaseSetting(enabled: unknown): DatabaseSetting | undefined {
	if (enabled === undefined || enabled === null || enabled === "")
		return undefined;
	if (String(enabled).toLowerCase() === "prefer") return "prefer";
	return isTrue(enabled) ? "on" : "off";
}

/**
 * Whether the section `gc` lets a registry with a metadata database remove garbage by itself: not where it is disabled as a
 * whole, or of blobs and of manifests. Source: handlers/app.go (startOnlineGC) of GitLab's registry.
 */
export function collectsOnline(gc: unknown): boolean {
	const isDisabled = (...path: readonly string[]) =>
		isTrue(valueAt(gc, [...path, "disabled"]));
	return !isDisabled() && !(isDisabled("blobs") && isDisabled("manifests"));
}
