import { refusing } from "../configuration-error.ts";
import { isMap, parseYaml } from "../configuration-yaml.ts";
import { collectsOnline, databaseSetting } from "../database-section.ts";
import { isTrue } from "../parameters.ts";
import type { EffectiveSettings, ParameterValue } from "../settings.ts";
import { parseStorage } from "../storage-section.ts";
import { valueAt } from "../tree.ts";
import {
	overridesIn,
	type ProcessEnvironment,
	withOverrides,
} from "./environment-overrides.ts";
import { parseGoDuration } from "./go-duration.ts";

/**
 * What a registry that is started with a `config.yml` and these variables takes for its configuration. All scalars are
 * strings as they are written, in `tree` as well. Throws a `ConfigurationError` for what no registry starts with, as two
 * drivers. `file` is its name.
 */
export function effectiveSettings(
	text: string,
	environment: ProcessEnvironment,
	file: string,
): EffectiveSettings {
	const top = parseYaml(text, file);
	const tree = withOverrides(isMap(top) ? top : {}, environment);
	const overrides = overridesIn(environment);
	if (!("storage" in tree))
		throw refusing(file)(
			"it has no storage section",
			"Name the file that the registry is started with.",
		);
	// As parseStorage reads a file: strings are all that there is.
	const { driver, parameters } = parseStorage(
		overrides.length === 0 ? text : JSON.stringify({ storage: tree.storage }),
		overrides.length === 0 ? file : `${file}" with "${overrides.join(", ")}`,
	);
	return {
		storage: { driver, parameters: parametersOf(parameters) },
		readOnly: flagAt(tree, ["storage", "maintenance", "readonly", "enabled"]),
		redirectDisabled: flagAt(tree, ["storage", "redirect", "disable"]),
		database: databaseSetting(valueAt(tree, ["database", "enabled"])),
		onlineGarbageCollection: collectsOnline(tree.gc),
		drainMs: parseGoDuration(textAt(tree, ["http", "draintimeout"])),
		tree,
		overrides,
	};
}

function textAt(tree: unknown, path: readonly string[]): string {
	const value = valueAt(tree, path);
	return typeof value === "string" ? value : "";
}

function flagAt(tree: unknown, path: readonly string[]): boolean {
	return isTrue(valueAt(tree, path));
}

function parametersOf(
	values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, ParameterValue>> {
	return Object.fromEntries(
		Object.entries(values).map(([name, value]) => [name, parameterOf(value)]),
	);
}

function parameterOf(value: unknown): ParameterValue {
	if (isMap(value)) return parametersOf(value);
	return typeof value === "string" ? value : "";
}
