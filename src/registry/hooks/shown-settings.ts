import type { HooksDescription } from "../description.ts";
import { effectiveSettings } from "../distribution/effective-settings.ts";
import type { Host } from "../host/host.ts";
import { maskedCommand } from "../masking/mask.ts";
import type { Call } from "../node.ts";
import type { EffectiveSettings, Settings } from "../settings.ts";
import { requireSuccess } from "./carry-out.ts";
import { storePlace } from "./store-place.ts";

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
			storage !== undefined && isAt(shown, storePlace(storage))
				? undefined
				: storage,
		onlineGarbageCollection:
			onlineGarbageCollection === shown.onlineGarbageCollection
				? undefined
				: onlineGarbageCollection,
	};
}

/** Whether a node is shown to be configured to a place. */
export function isAt(
	{ storage }: EffectiveSettings,
	place: string | undefined,
): boolean {
	return place !== undefined && storePlace(storage) === place;
}
