import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAsAsked } from "../asked-settings.ts";
import type { Call, Change, FileChange } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { Settings } from "../settings.ts";
import {
	differingParameters,
	EMITTED,
	originalOf,
	readEmitted,
	secretManifest,
	valuesText,
	writeEmitted,
} from "./emitted-files.ts";
import { mountKeyFile } from "./key-file.ts";
import { planValues } from "./planned-values.ts";
import { type RegistryWorkload, readWorkload } from "./registry-workload.ts";
import type { ReleaseAccess } from "./release-access.ts";
import { settingsOf } from "./release-settings.ts";
import { rolloutCommand } from "./rollout.ts";
import { withLeaves } from "./values-tree.ts";

export interface EmitOptions {
	/** The folder on the host into which changes are written. */
	readonly folder: string;
	/** How long it is waited for that others bring a change into force (ms). */
	readonly timeoutMs: number;
	/** How often the cluster is looked at meanwhile (ms). */
	readonly pollMs: number;
}

/** What is written, and then waited for. */
interface Emission {
	/** Texts by names in the folder; `undefined`: it is removed. */
	readonly texts: ReadonlyMap<string, string | undefined>;
	readonly files: readonly FileChange[];
	readonly isInForce: (workload: RegistryWorkload) => boolean;
	/** What is not as it is to be, as a clause; for a message. */
	readonly missing: (workload: RegistryWorkload) => string;
	/** Done when all is in force. */
	readonly forget?: ((call?: Call) => Promise<void>) | undefined;
}

/**
 * Works out what has to be written for Git so that the settings come into force, which others then do (Argo CD, Flux, a
 * pipeline): Helm itself is not asked, it may know nothing of the release. See `RegistryNode.change`.
 */
export async function emitChange(
	access: ReleaseAccess,
	settings: Settings,
	options: EmitOptions,
	call?: Call,
): Promise<Change> {
	const { folder } = options;
	const workload = await readWorkload(access, call);
	const emitted = await readEmitted(access, folder, call);
	const { asked, keyFile } = await mountKeyFile(access, settings, call);
	const effective = settingsOf(workload);
	const { leaves, secret } = planValues(
		asked,
		{ release: access.release, effective, storage: workload.storage },
		keyFile,
	);
	const values = withLeaves(
		emitted.values,
		leaves.map(({ path, value }) => ({
			path: [...access.prefix, ...path],
			value,
		})),
	);
	const texts = new Map<string, string | undefined>();
	const files: FileChange[] = [];
	const add = (name: string, before: string | undefined, after: string) => {
		if (before === after) return;
		texts.set(name, after);
		files.push({ path: join(folder, name), before, after });
	};
	if (leaves.length > 0) {
		if (emitted.original === undefined)
			texts.set(
				EMITTED.original,
				`${JSON.stringify(originalOf(effective, workload))}\n`,
			);
		if (secret !== undefined)
			add(EMITTED.secret, emitted.secretText, secretManifest(access, secret));
		add(EMITTED.values, emitted.valuesText, valuesText(values, access));
	}
	const isInForce = (now: RegistryWorkload) =>
		now.isRolledOut && isAsAsked(settingsOf(now), asked);
	return toChange(
		access,
		options,
		{
			texts,
			files,
			isInForce,
			missing: (now) => whatIsMissing(now, asked),
		},
		[
			...effective.overrides.map(
				(variable) =>
					`${variable} overrides the registry's configuration in its pods.`,
			),
			...(isInForce(workload) ? [] : [howItComes(options)]),
			...(secret === undefined
				? []
				: [
						`Fill in the secrets of ${join(folder, EMITTED.secret)}, or seal it, and have it in the cluster first: none is written there.`,
					]),
		],
		isInForce(workload),
	);
}

/** Works out what has to be written for Git so that all is as before the first change. See `RegistryNode.undo`. */
export async function emitUndo(
	access: ReleaseAccess,
	options: EmitOptions,
	call?: Call,
): Promise<Change> {
	const { folder } = options;
	const workload = await readWorkload(access, call);
	const { original, valuesText: before } = await readEmitted(
		access,
		folder,
		call,
	);
	const texts = new Map<string, string | undefined>();
	if (original === undefined)
		return toChange(
			access,
			options,
			{ texts, files: [], isInForce: () => true, missing: () => "" },
			[],
			true,
		);
	const after = valuesText({}, access);
	if (before !== after) texts.set(EMITTED.values, after);
	const { storageSecret, ...asked } = original;
	const isInForce = (now: RegistryWorkload) =>
		now.isRolledOut &&
		isAsAsked(settingsOf(now), asked) &&
		(now.storage?.name ?? null) === storageSecret;
	return toChange(
		access,
		options,
		{
			texts,
			files:
				before === after
					? []
					: [{ path: join(folder, EMITTED.values), before, after }],
			isInForce,
			missing: (now) =>
				(now.storage?.name ?? null) === storageSecret
					? whatIsMissing(now, asked)
					: "its storage is in another Secret",
			async forget(later) {
				await writeEmitted(access, folder, EMITTED.original, undefined, later);
				await writeEmitted(access, folder, EMITTED.secret, undefined, later);
			},
		},
		[howItComes(options)],
		isInForce(workload) && before === after,
	);
}

function toChange(
	access: ReleaseAccess,
	options: EmitOptions,
	emission: Emission,
	notes: readonly string[],
	isInForce: boolean,
): Change {
	return {
		files: emission.files,
		commands: isInForce
			? []
			: [rolloutCommand(access, `${access.release}-registry`)],
		notes,
		async write(call) {
			for (const [name, text] of emission.texts)
				await writeEmitted(access, options.folder, name, text, call);
		},
		async activate(call) {
			await awaitOthers(access, options, emission, call);
			await emission.forget?.(call);
		},
	};
}

async function awaitOthers(
	access: ReleaseAccess,
	{ folder, timeoutMs, pollMs }: EmitOptions,
	{ isInForce, missing }: Emission,
	call: Call = {},
): Promise<void> {
	const deadline = performance.now() + timeoutMs;
	for (;;) {
		const workload = await readWorkload(access, call);
		if (isInForce(workload)) return;
		if (performance.now() > deadline)
			throw new RegistryError(
				"timed-out",
				`The change of ${access.release} in ${folder} did not come into force within ${Math.round(timeoutMs / 1000)} s: ${missing(workload)}; the registry runs with what the cluster has`,
				{
					suggestions: [
						`Is it committed, and is ${EMITTED.values} the last of the release's values files? Then run the same again: it goes on waiting.`,
					],
				},
			);
		await sleep(pollMs, undefined, { signal: call.signal });
	}
}

function whatIsMissing(now: RegistryWorkload, asked: Settings): string {
	const effective = settingsOf(now);
	const { readOnly, redirectDisabled, storage } = asked;
	const names = differingParameters(storage, effective.storage);
	if (names.length > 0) return `its storage differs in ${names.join(", ")}`;
	if (readOnly !== undefined && effective.readOnly !== readOnly)
		return `maintenance.readonly.enabled is ${effective.readOnly}`;
	if (
		redirectDisabled !== undefined &&
		effective.redirectDisabled !== redirectDisabled
	)
		return `redirect.disable is ${effective.redirectDisabled}`;
	if (
		asked.onlineGarbageCollection !== undefined &&
		effective.onlineGarbageCollection !== asked.onlineGarbageCollection
	)
		return `gc.disabled is ${!effective.onlineGarbageCollection}`;
	return now.isRolledOut
		? `database.enabled is not ${asked.database}`
		: "not all of its pods are new ones";
}

function howItComes({ folder, timeoutMs }: EmitOptions): string {
	return `Commit what is in ${folder}, and let it come into force (Argo CD, Flux, a pipeline): it is waited for, ${Math.round(timeoutMs / 60_000)} minutes at most.`;
}
