import { stringify } from "yaml";
import type { Call, Change, FileChange } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { Settings } from "../settings.ts";
import { putSecret } from "./cluster.ts";
import {
	decideValues,
	forgetKept,
	type KeptRelease,
	keptBefore,
	readKept,
	writeKept,
} from "./kept-release.ts";
import { mountKeyFile } from "./key-file.ts";
import { type PlannedSecret, planValues } from "./planned-values.ts";
import { type RegistryWorkload, readWorkload } from "./registry-workload.ts";
import {
	type ReleaseState,
	readHistory,
	readRelease,
	readValues,
	rollBack,
	rollbackCommand,
	upgrade,
	upgradeCommand,
} from "./release.ts";
import type { ReleaseAccess } from "./release-access.ts";
import { requireChangeable } from "./release-refusal.ts";
import { isAsAsked, settingsOf } from "./release-settings.ts";
import { requireRegistryAlone } from "./requested-upgrade.ts";
import { awaitRollout, rolloutCommand } from "./rollout.ts";
import { type UndoWay, undoWay } from "./undo-way.ts";
import { hashOf, undoLeaves, type Values, withLeaves } from "./values-tree.ts";

export interface UpgradeOptions {
	/** Whether an upgrade may bring into force what else is pending, or random; default false: it is refused. */
	readonly acceptPending: boolean;
	/** How long the pods' replacement is waited for (ms). */
	readonly rolloutTimeoutMs: number;
}

/** A release as it was found. Secrets inside (I7). */
interface Found {
	readonly state: ReleaseState;
	readonly values: Values;
	readonly workload: RegistryWorkload;
	readonly kept: KeptRelease | undefined;
}

/** What is to be brought into force. */
interface Activation {
	readonly found: Found;
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

/** Works out the upgrade by which the settings come into force; see `RegistryNode.change`. */
export async function changeRelease(
	access: ReleaseAccess,
	settings: Settings,
	options: UpgradeOptions,
	call?: Call,
): Promise<Change> {
	const found = await look(access, false, call);
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
		{ state, workload, before, after: values, acceptPending },
		call,
	);
	return toChange(
		access,
		{ found, values, way: "change", secret, asked },
		options,
		[...notes, ...others],
	);
}

/** Works out the way back to what the release was before our first change; see `RegistryNode.undo`. */
export async function undoRelease(
	access: ReleaseAccess,
	options: UpgradeOptions,
	call?: Call,
): Promise<Change> {
	const found = await look(access, true, call);
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
						// The way back is never closed by what else is pending; it is said.
						acceptPending: true,
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

async function look(
	access: ReleaseAccess,
	isUndo: boolean,
	call: Call | undefined,
): Promise<Found> {
	const state = await readRelease(access, call);
	requireChangeable(access, state, isUndo);
	return {
		state,
		values: await readValues(access, call),
		workload: await readWorkload(access, call),
		kept: await readKept(access, call),
	};
}

function nothingToWrite(
	access: ReleaseAccess,
	{ workload }: Found,
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

function toChange(
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
