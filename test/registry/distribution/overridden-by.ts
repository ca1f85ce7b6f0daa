import { editConfiguration } from "../../../src/registry/distribution/edit-configuration.ts";
import type { ProcessEnvironment } from "../../../src/registry/distribution/environment-overrides.ts";
import { overridesOfEdit } from "../../../src/registry/distribution/overridden-edit.ts";
import type { Settings } from "../../../src/registry/settings.ts";

/** The variables that override what a configuration is edited to. */
export function overriddenBy(
	text: string,
	asked: Settings,
	environment: ProcessEnvironment,
): readonly string[] {
	const edited = editConfiguration(text, asked, "config.yml");
	return overridesOfEdit(edited, asked, environment, "config.yml");
}
