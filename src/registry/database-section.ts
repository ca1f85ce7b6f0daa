import { refusing } from "./configuration-error.ts";
import { isMap, parseYaml } from "./configuration-yaml.ts";
import type { DatabaseSetting } from "./metadata-mode.ts";
import { BOOLEANS } from "./parameters.ts";

/**
 * What a registry's configuration says of a metadata database, which only GitLab's registry has; `undefined`: nothing.
 * Throws a `ConfigurationError` for what no registry starts with. `file` is its name.
 */
export function parseDatabase(
	text: string,
	file: string,
): DatabaseSetting | undefined {
	const top = parseYaml(text, file);
	if (!isMap(top) || !isMap(top.database)) return undefined;
	const { enabled } = top.database;
	if (enabled === undefined || enabled === null || enabled === "")
		return undefined;
	const value = String(enabled).toLowerCase();
	if (value === "prefer") return "prefer";
	const isOn = BOOLEANS.get(value);
	if (isOn === undefined)
		throw refusing(file)(
			"its database.enabled is neither true nor false nor prefer",
			"Name the file that the registry is started with.",
		);
	return isOn ? "on" : "off";
}
