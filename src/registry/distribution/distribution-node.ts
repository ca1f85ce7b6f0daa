import type { DistributionDescription } from "../description.ts";
import type { Host } from "../host/host.ts";
import { stillRunning } from "../host/processes.ts";
import { requireReplaceable } from "../kept-file/replace-host-file.ts";
import type { Call, Change, RegistryNode } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { requireSamePlace } from "../same-place.ts";
import type { Settings } from "../settings.ts";
import { notesOn } from "./change-notes.ts";
import { editConfiguration } from "./edit-configuration.ts";
import { effectiveSettings } from "./effective-settings.ts";
import { toChange } from "./file-change.ts";
import {
	type DistributionOptions,
	look,
	type Node,
	processes,
} from "./found.ts";
import { overridesOfEdit } from "./overridden-edit.ts";
import { accept, restore, undo } from "./way-back.ts";

/**
 * A node whose `config.yml` is edited, and which is restarted by its operator's command: Distribution, or GitLab's registry
 * built from source.
 */
export function distributionNode(
	description: DistributionDescription,
	host: Host,
	options: DistributionOptions = {},
): RegistryNode {
	const node = { description, host, ...options };
	const { name, url, configuration } = description;
	return {
		name,
		host,
		url,
		async settings(call) {
			const { file, environment } = await look(node, call);
			return effectiveSettings(file.text, environment ?? {}, configuration);
		},
		change: (settings, call) => change(node, settings, call),
		undo: (call) => undo(node, call),
		accept: (given, call) => accept(node, given, call),
		restore: (given, how, call) => restore(node, given, how, call),
		instances: (call) => processes(node, call),
		remaining: (instances, call) => stillRunning(host, instances, call),
	};
}

async function change(
	node: Node,
	asked: Settings,
	call: Call | undefined,
): Promise<Change> {
	const { host, description } = node;
	const { name, configuration } = description;
	const found = await look(node, call);
	const { file, environment = {} } = found;
	requireSamePlace(
		asked,
		effectiveSettings(file.text, environment, configuration),
		`${name} (database.enabled in ${configuration})`,
	);
	const text = editConfiguration(file.text, asked, configuration);
	const overrides = overridesOfEdit(text, asked, environment, configuration);
	if (overrides.length > 0)
		throw new RegistryError(
			"refused",
			`Cannot configure ${name} by ${configuration}: ${overrides.join(", ")}, with which its registry runs, would override what is to be changed. Nothing was changed`,
			{
				suggestions: [
					"Take the variable away where the registry is started (its unit, its container), write what it says into the file instead, and restart the registry once.",
				],
			},
		);
	if (text !== file.text) requireReplaceable(file, host);
	return toChange(node, found, text, { notes: notesOn(found, host) });
}
