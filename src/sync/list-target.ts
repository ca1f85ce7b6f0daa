import { exclusionOf } from "../layout/exclusion.ts";
import { parseKey, REGISTRY_PREFIX } from "../layout/paths.ts";
import type { PassContext } from "./pass-context.ts";

/** Takes in what the target has. Nobody else writes there, so this may be done before the source is read. */
export async function listTarget(context: PassContext): Promise<void> {
	const { target, index, observe, signal } = context;
	for await (const { objects, unreadable } of target.list({
		prefix: REGISTRY_PREFIX,
		signal,
	})) {
		// A target that cannot be looked at cannot be decided on.
		for (const { error } of unreadable) throw error;
		index.addTarget(
			objects.filter(
				({ key }) =>
					exclusionOf(key) === undefined && parseKey(key)?.kind !== "lock",
			),
		);
		observe({ type: "target-listed", objects: objects.length });
	}
}
