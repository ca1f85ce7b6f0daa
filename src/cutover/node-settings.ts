import type { EffectiveSettings } from "../registry/settings.ts";
import type { Call } from "./course/step.ts";
import { CutoverError } from "./cutover-error.ts";
import type { CutoverNode, CutoverWorld } from "./world.ts";

/** What a node is configured to when it is switched, still read-only. */
export function switched(
	{ database }: Pick<EffectiveSettings, "database">,
	{ settings, database: noted }: Pick<CutoverWorld, "settings" | "database">,
) {
	return {
		...settings,
		readOnly: true,
		// Where a database is preferred, a storage that looks new would be taken for one (registry/metadata-mode.ts).
		database: database === undefined ? undefined : noted.read() !== undefined,
	};
}

/** What a node is configured to. A cutover needs to know it. */
export async function settingsOf(
	node: CutoverNode["node"],
	call: Call,
): Promise<EffectiveSettings> {
	const settings = await node.settings(call);
	if (settings !== undefined) return settings;
	throw new CutoverError(
		"refused",
		`It is not known what ${node.name} is configured to`,
	);
}
