import type { RestoreOptions } from "./node.ts";
import type { Settings } from "./settings.ts";

/** What each node of a registry with a metadata database is configured to while it is copied. */
export const PAUSED = {
	// Where one is only preferred, a storage that looks new would be taken for a new registry.
	database: true,
	onlineGarbageCollection: false,
} as const satisfies Settings;

/** What is configured for now on a step of the way back, beside what was before; `undefined`: the way back ends with it. */
export function meanwhileOf({
	readOnly,
	isCollectionPaused = false,
}: RestoreOptions): Settings | undefined {
	if (!readOnly && !isCollectionPaused) return undefined;
	return {
		...(readOnly ? { readOnly } : {}),
		...(isCollectionPaused ? PAUSED : {}),
	};
}
