import type { Call, Change } from "../node.ts";
import { lookAt } from "./found-release.ts";
import { decideValues, forgetKept, type KeptRelease } from "./kept-release.ts";
import { readWorkload } from "./registry-workload.ts";
import { readHistory } from "./release.ts";
import type { ReleaseAccess } from "./release-access.ts";
import {
	type Activation,
	nothingToWrite,
	toChange,
	type UpgradeOptions,
} from "./release-change.ts";
import { requireRegistryAlone } from "./requested-upgrade.ts";
import { undoWay } from "./undo-way.ts";
import { undoLeaves } from "./values-tree.ts";

/** Works out the way back to what the release was before our first change; see `RegistryNode.undo`. */
export async function undoRelease(
	access: ReleaseAccess,
	options: UpgradeOptions,
	call?: Call,
): Promise<Change> {
	const found = await lookAt(access, true, call);
	const { state, values: current, workload, kept } = found;
	if (kept === undefined) return nothingToWrite(access, found, options, []);
	const way = undoWay(
		decideValues(kept, current),
		kept.revision,
		await readHistory(access, call),
	);
	const forget = (later?: Call) => forgetUnused(access, kept, later);
	const undone =
		way.kind === "own-values"
			? undoLeaves(current, kept.written, kept.original)
			: { values: kept.original, left: [] };
	if (way.kind === "nothing")
		return nothingToWrite(access, found, options, [], forget);
	const activated: Activation = {
		found,
		values: undone.values,
		way: way.kind,
		revision: way.kind === "rollback" ? way.revision : undefined,
		asked: {},
		forget: undone.left.length === 0 ? forget : undefined,
	};
	// A rollback renders nothing: it puts back what was there.
	const others =
		way.kind === "rollback"
			? []
			: await requireRegistryAlone(
					access,
					{
						state,
						workload,
						before: current,
						after: undone.values,
						acceptPending: true,
						isWayBack: true,
					},
					call,
				);
	return toChange(access, activated, options, [
		...(way.kind === "own-values"
			? [
					`The values of ${access.release} were changed by somebody else since; only those that regmigrate set are undone.`,
				]
			: []),
		...(undone.left.length === 0
			? []
			: [
					`Somebody else has set ${undone.left.join(", ")} since; this is left as it is.`,
				]),
		...others,
	]);
}

/** A storage Secret that somebody else names by now stays. */
async function forgetUnused(
	access: ReleaseAccess,
	kept: KeptRelease,
	call?: Call,
): Promise<void> {
	const { storage } = await readWorkload(access, call);
	const secrets = kept.secrets.filter((name) => name !== storage?.name);
	await forgetKept(access, { ...kept, secrets }, call);
}
