import { isMap, parseYaml } from "../../../src/registry/configuration-yaml.ts";
import type { EffectiveSettings } from "../../../src/registry/settings.ts";

/** The settings of a registry whose `config.yml` has this text. */
export function settingsWith(text: string): EffectiveSettings {
	const tree = parseYaml(text, "config.yml");
	return {
		storage: { driver: "filesystem", parameters: {} },
		readOnly: false,
		redirectDisabled: false,
		onlineGarbageCollection: true,
		database: undefined,
		drainMs: 0,
		tree: isMap(tree) ? tree : {},
		overrides: [],
	};
}
