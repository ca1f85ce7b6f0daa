import type { HooksDescription } from "../description.ts";
import { effectiveSettings } from "../distribution/effective-settings.ts";
import { locate } from "../drivers.ts";
import type { Host } from "../host/host.ts";
import { maskedCommand } from "../masking/mask.ts";
import type { Call } from "../node.ts";
import type {
	DriverSettings,
	EffectiveSettings,
	Settings,
} from "../settings.ts";
import { requireSuccess } from "./carry-out.ts";

/** What the operator's command prints; `undefined` without one. */
export async function shownSettings(
	{ name, showConfiguration }: HooksDescription,
	host: Host,
	call: Call | undefined,
): Promise<EffectiveSettings | undefined> {
	if (showConfiguration === undefined) return undefined;
	const { code, stdout, stderr } = await host.run(
		["sh", "-c", showConfiguration],
		{ signal: call?.signal },
	);
	requireSuccess(name, host, showConfiguration, code, stderr);
	return effectiveSettings(
		stdout.toString(),
		{},
		maskedCommand(showConfiguration),
	);
}

/**
 * What of the settings is not shown to be so already. Of a storage it is the place that counts: how it is configured is the
 * operator's.
 */
export function stillToDo(
	asked: Settings,
	shown: EffectiveSettings | undefined,
): Settings {
	if (shown === undefined) return asked;
	const { readOnly, storage, onlineGarbageCollection } = asked;
	return {
		...asked,
		readOnly: readOnly === shown.readOnly ? undefined : readOnly,
		storage:
			storage !== undefined && isSamePlace(storage, shown.storage)
				? undefined
				: storage,
		onlineGarbageCollection:
			onlineGarbageCollection === shown.onlineGarbageCollection
				? undefined
				: onlineGarbageCollection,
	};
}

function isSamePlace(one: DriverSettings, other: DriverSettings): boolean {
	const place = ({ driver, parameters }: DriverSettings) => {
		try {
			// As files have them: strings.
			const texts = Object.entries(parameters).map(([name, value]) => [
				name,
				typeof value === "object" ? value : String(value),
			]);
			const section = { driver, parameters: Object.fromEntries(texts) };
			const { url } = locate(section, driver);
			const endpoint = url.searchParams.get("endpoint") ?? "";
			return `${url.protocol}//${url.host}${url.pathname} ${endpoint}`;
		} catch {
			// What cannot be located is the same as nothing.
			return undefined;
		}
	};
	const known = place(one);
	return known !== undefined && known === place(other);
}
