import { RegistryError } from "./registry-error.ts";
import type { EffectiveSettings, Settings } from "./settings.ts";

/**
 * Throws a `RegistryError` (`refused`) where a registry would look for its metadata elsewhere, and lose sight of every image.
 * `name` is the node's.
 *
 * | asked         | configured     |                                                                          |
 * | ------------- | -------------- | ------------------------------------------------------------------------ |
 * | no database   | a database     | refused                                                                  |
 * | no database   | prefer, none   | pinned: whoever asks knows that there is none                            |
 * | a database    | none, or not said | refused                                                               |
 * | a database    | prefer, a database | pinned: whoever asks knows that there is one                         |
 */
export function requireSamePlace(
	{ database: asked }: Settings,
	{ database: configured }: Pick<EffectiveSettings, "database">,
	name: string,
): void {
	if (asked === false && configured === "on")
		throw new RegistryError(
			"refused",
			`Cannot configure ${name} to do without a metadata database: it has one, and would lose sight of every image. Nothing was changed`,
		);
	if (asked === true && configured !== "on" && configured !== "prefer")
		throw new RegistryError(
			"refused",
			`Cannot configure ${name} to use a metadata database: it has none, and would lose sight of every image. Nothing was changed`,
		);
}
