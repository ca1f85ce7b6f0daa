import { ConfigurationError } from "../configuration-error.ts";
import type { EffectiveSettings, Settings } from "../settings.ts";
import { isSame } from "../tree.ts";
import { effectiveSettings } from "./effective-settings.ts";
import {
	overridesIn,
	type ProcessEnvironment,
} from "./environment-overrides.ts";

/**
 * The variables that override what was asked for in an edited `config.yml`, so that it would have no effect, or the
 * registry would not start (two drivers). `file` is its name.
 */
export function overridesOfEdit(
	edited: string,
	asked: Settings,
	environment: ProcessEnvironment,
	file: string,
): readonly string[] {
	const plain = effectiveSettings(edited, {}, file);
	const isOverridden = (variables: ProcessEnvironment) => {
		try {
			const effective = effectiveSettings(edited, variables, file);
			return !isSame(part(effective, asked), part(plain, asked));
		} catch (error) {
			if (!(error instanceof ConfigurationError)) throw error;
			return true;
		}
	};
	if (!isOverridden(environment)) return [];
	const names = overridesIn(environment);
	const guilty = names.filter((name) =>
		isOverridden({ [name]: environment[name] ?? "" }),
	);
	return guilty.length > 0 ? guilty : names;
}

/** The settings that were asked for. */
function part(
	{
		storage,
		readOnly,
		redirectDisabled,
		database,
		onlineGarbageCollection,
	}: EffectiveSettings,
	asked: Settings,
) {
	return [
		asked.storage === undefined ? storage.driver : storage,
		asked.readOnly === undefined ? undefined : readOnly,
		asked.redirectDisabled === undefined ? undefined : redirectDisabled,
		asked.database === undefined ? undefined : database,
		asked.onlineGarbageCollection === undefined
			? undefined
			: onlineGarbageCollection,
	];
}
