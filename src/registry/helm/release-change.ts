import { stringify } from "yaml";
import { isAsAsked } from "../asked-settings.ts";
import type { Call, Change, FileChange } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { Settings } from "../settings.ts";
import { putSecret } from "./cluster.ts";
import type { FoundRelease } from "./found-release.ts";
import { keptBefore, writeKept } from "./kept-release.ts";
import type { PlannedSecret } from "./planned-values.ts";
import { readWorkload } from "./registry-workload.ts";
import {
	readRelease,
	readValues,
	rollBack,
	rollbackCommand,
	upgrade,
	upgradeCommand,
} from "./release.ts";
import type { ReleaseAccess } from "./release-access.ts";
import { settingsOf } from "./release-settings.ts";
import { awaitRollout, rolloutCommand } from "./rollout.ts";
import type { UndoWay } from "./undo-way.ts";
import { hashOf, type Values } from "./values-tree.ts";

export interface UpgradeOptions {
	/** Whether an upgrade may bring into force what else is pending, or random; default false: it is refused. */
	readonly acceptPending: boolean;
	/** How long the pods' replacement is waited for (ms). */
	readonly rolloutTimeoutMs: number;
}

/** What is to be brought into force. */
export interface Activation {
	readonly found: FoundRelease;
	/** What the values are to be. */
	readonly values: Values;
	readonly way: Exclude<UndoWay["kind"], "nothing"> | "change";
	/** The revision to go back to. */
	readonly revision?: number | undefined;
	readonly secret?: PlannedSecret | undefined;
	/** What the registry then has to be configured to. */
	readonly asked: Settings;
	/** Done when all is in force. */
	readonly forget?: ((call?: Call) => Promise<void>) | undefined;
}

/** Nothing has to be upgraded: what is on its way already is waited for. */
export function nothingToWrite(
	access: ReleaseAccess,
	{ workload }: FoundRelease,
	{ rolloutTimeoutMs }: UpgradeOptions,
	notes: readonly string[],
	forget?: (call?: Call) => Promise<void>,
): Change {
	const { name, isRolledOut } = workload;
	return {
		files: [],
		commands: isRolledOut ? [] : [rolloutCommand(access, name)],
		notes,
		write: async () => {},
		async activate(call) {
			await awaitRollout(access, name, rolloutTimeoutMs, call);
			await forget?.(call);
		},
	};
}

/** Keeps what was there, upgrades or rolls back, and waits for the pods; see `Change`. */
export function toChange(
	access: ReleaseAccess,
	activated: Activation,
	{ rolloutTimeoutMs }: UpgradeOptions,
	notes: readonly string[],
): Change {
	const { found, values, way, revision, secret } = activated;
	const { state, workload, kept } = found;
	const { name } = workload;
	return {
		files: fileChanges(access, activated),
		commands: [
			revision === undefined
				? upgradeCommand(access, state.version, "VALUES")
				: rollbackCommand(access, revision),
			rolloutCommand(access, name),
		],
		notes,
		async write(call) {
			await requireUnchanged(access, activated, call);
			if (secret !== undefined) await putSecret(access, secret, call);
			if (way === "change")
				await writeKept(
					access,
					keptBefore(
						kept,
						{ ...state, values: found.values },
						values,
						secret?.name,
					),
					call,
				);
		},
		async activate(call) {
			if (await requireUnchanged(access, activated, call))
				await (revision === undefined
					? upgrade(access, state.version, values, call)
					: rollBack(access, revision, call));
			await awaitRollout(access, name, rolloutTimeoutMs, call);
			await requireAsAsked(access, activated, call);
			await activated.forget?.(call);
		},
	};
}

function fileChanges(
	{ release }: ReleaseAccess,
	{ found, values, secret }: Activation,
): readonly FileChange[] {
	const text = (tree: Values) =>
		Object.keys(tree).length === 0 ? "" : stringify(tree);
	return [
		{
			path: `values of ${release}`,
			before: text(found.values),
			after: text(values),
		},
		...(secret === undefined
			? []
			: [
					{
						path: `Secret ${secret.name}`,
						before: secret.before?.text,
						after: secret.text,
					},
				]),
	];
}

/** Whether the upgrade is still to be made. Throws a `RegistryError` (`changed`) when somebody else has made one. */
async function requireUnchanged(
	access: ReleaseAccess,
	{ found, values }: Activation,
	call: Call | undefined,
): Promise<boolean> {
	const { revision, status } = await readRelease(access, call);
	if (revision === found.state.revision) return true;
	const now = await readValues(access, call);
	// An earlier run was ended after the upgrade.
	if (status === "deployed" && hashOf(now) === hashOf(values)) return false;
	throw new RegistryError(
		"changed",
		`The release ${access.release} was upgraded by somebody else meanwhile (revision ${revision}, ${status}); it is as they left it`,
		{ suggestions: ["Run the same command again."] },
	);
}

async function requireAsAsked(
	access: ReleaseAccess,
	{ asked }: Activation,
	call: Call | undefined,
): Promise<void> {
	const { release } = access;
	const workload = await readWorkload(access, call);
	if (isAsAsked(settingsOf(workload), asked)) return;
	throw new RegistryError(
		"failed",
		`The release ${release} was upgraded, but its ConfigMap ${workload.configMap} and its storage Secret do not say what was asked for; the registry runs with what they say`,
		{
			suggestions: [
				"Look whether the chart takes these values under another name (valuesPrefix), or something else (Argo CD, Flux) renders the release, too.",
			],
		},
	);
}
