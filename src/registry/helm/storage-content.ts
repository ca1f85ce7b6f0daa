import { isMap, parseYaml } from "../configuration-yaml.ts";
import { editConfiguration } from "../distribution/edit-configuration.ts";
import { blockLines } from "../distribution/render-yaml.ts";
import { yamlMapOf } from "../distribution/yaml-value.ts";
import type { DriverSettings, Settings } from "../settings.ts";

/**
 * The content of a storage Secret with another driver, or other redirects: all the rest stays as it is written (`delete`,
 * `cache`, comments). Without one that is there it holds the driver alone. Throws a `ConfigurationError` for what cannot
 * be edited. `file` is its name, for messages.
 */
export function storageContent(
	before: string,
	settings: Pick<Settings, "storage" | "redirectDisabled">,
	file: string,
): string {
	// A registry's configuration has the same below `storage`.
	const whole = editConfiguration(below(before), settings, file);
	return whole
		.split("\n")
		.slice(1)
		.map((line) => line.replace(/^ {2}/, ""))
		.join("\n");
}

/** The content of a storage Secret that names only a driver. */
export function newStorageContent({ driver, parameters }: DriverSettings) {
	return `${blockLines(driver, yamlMapOf(parameters), "", "  ").join("\n")}\n`;
}

/** Whether a storage Secret's content has a section of that name. */
export function hasSection(text: string, name: string, file: string): boolean {
	const tree = parseYaml(text, file);
	return isMap(tree) && name in tree;
}

function below(content: string): string {
	const lines = content.split("\n");
	const indented = lines.map((line) => (line === "" ? "" : `  ${line}`));
	return `storage:\n${indented.join("\n")}`;
}
