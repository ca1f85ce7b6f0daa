import { isDeepStrictEqual } from "node:util";
import { isMap } from "./configuration-yaml.ts";
import type {
	DriverSettings,
	EffectiveSettings,
	Settings,
} from "./settings.ts";

/** Whether a registry is configured as is asked for. Where nothing is said of a database, there is none. */
export function isAsAsked(
	now: Omit<EffectiveSettings, "drainMs" | "tree" | "overrides">,
	asked: Settings,
): boolean {
	const { readOnly, storage, redirectDisabled, database } = asked;
	const { onlineGarbageCollection } = asked;
	return (
		(readOnly === undefined || now.readOnly === readOnly) &&
		(storage === undefined || isSameStorage(storage, now.storage)) &&
		(redirectDisabled === undefined ||
			now.redirectDisabled === redirectDisabled) &&
		(database === undefined ||
			(now.database ?? "off") === (database ? "on" : "off")) &&
		(onlineGarbageCollection === undefined ||
			now.onlineGarbageCollection === onlineGarbageCollection)
	);
}

/** Whether two storages are configured alike. Their parameters are compared as texts: as such a file is read. */
export function isSameStorage(
	one: DriverSettings,
	other: DriverSettings,
): boolean {
	return (
		one.driver === other.driver && differingParameters(one, other).length === 0
	);
}

/** The names of parameters that differ, those that only one has among them, whatever the drivers are. */
export function differingParameters(
	{ parameters: one }: DriverSettings,
	{ parameters: other }: DriverSettings,
): readonly string[] {
	const names = new Set([...Object.keys(one), ...Object.keys(other)]);
	return [...names].filter(
		(name) => !isDeepStrictEqual(texts(one[name]), texts(other[name])),
	);
}

function texts(value: unknown): unknown {
	return isMap(value)
		? Object.fromEntries(
				Object.entries(value).map(([name, inner]) => [name, texts(inner)]),
			)
		: String(value);
}
