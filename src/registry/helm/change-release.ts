import type { Call, Change } from "../node.ts";
import type { Settings } from "../settings.ts";
import { lookAt } from "./found-release.ts";
import { mountKeyFile } from "./key-file.ts";
import { planValues } from "./planned-values.ts";
import type { ReleaseAccess } from "./release-access.ts";
import {
	nothingToWrite,
	toChange,
	type UpgradeOptions,
} from "./release-change.ts";
import { settingsOf } from "./release-settings.ts";
import { requireRegistryAlone } from "./requested-upgrade.ts";
import { withLeaves } from "./values-tree.ts";

/** Works out the upgrade by which the settings come into force; see `RegistryNode.change`. */
export async function changeRelease(
	access: ReleaseAccess,
	settings: Settings,
	options: UpgradeOptions,
	call?: Call,
): Promise<Change> {
	const found = await lookAt(access, false, call);
	const { workload, state, values: before } = found;
	const { asked, keyFile } = await mountKeyFile(access, settings, call);
	const effective = settingsOf(workload);
	const { leaves, secret } = planValues(
		asked,
		{ release: access.release, effective, storage: workload.storage },
		keyFile,
	);
	const notes = effective.overrides.map(
		(variable) =>
			`${variable} overrides the registry's configuration in its pods.`,
	);
	if (leaves.length === 0) return nothingToWrite(access, found, options, notes);
	const values = withLeaves(
		before,
		leaves.map(({ path, value }) => ({
			path: [...access.prefix, ...path],
			value,
		})),
	);
	const { acceptPending } = options;
	const others = await requireRegistryAlone(
		access,
		{ state, workload, before, after: values, acceptPending, isWayBack: false },
		call,
	);
	return toChange(
		access,
		{ found, values, way: "change", secret, asked },
		options,
		[...notes, ...others],
	);
}
