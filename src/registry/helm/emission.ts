import { setTimeout as sleep } from "node:timers/promises";
import { differingParameters, isSameStorage } from "../asked-settings.ts";
import type { Call, Change, FileChange } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { DriverSettings, Settings } from "../settings.ts";
import { EMITTED, writeEmitted } from "./emitted-files.ts";
import { type RegistryWorkload, readWorkload } from "./registry-workload.ts";
import type { ReleaseAccess } from "./release-access.ts";
import { settingsOf } from "./release-settings.ts";
import { rolloutCommand } from "./rollout.ts";

/** How changes are written for Git. */
export interface EmitOptions {
	/** The folder on the host into which changes are written. */
	readonly folder: string;
	/** How long it is waited for that others bring a change into force (ms). */
	readonly timeoutMs: number;
	/** How often the cluster is looked at meanwhile (ms). */
	readonly pollMs: number;
}

/** What is written for Git, and then waited for: others bring it into force (Argo CD, Flux, a pipeline). */
export interface Emission {
	/** Texts by names in the folder; `undefined`: it is removed. */
	readonly texts: ReadonlyMap<string, string | undefined>;
	readonly files: readonly FileChange[];
	readonly notes: readonly string[];
	/** Whether there is nothing to wait for. */
	readonly isDone: boolean;
	readonly isInForce: (workload: RegistryWorkload) => boolean;
	/** What is not as it is to be, as a clause; for a message. */
	readonly missing: (workload: RegistryWorkload) => string;
	/** Done when all is in force. */
	readonly forget?: ((call?: Call) => Promise<void>) | undefined;
}

/** The change that writes it, and waits for it. */
export function emissionChange(
	access: ReleaseAccess,
	options: EmitOptions,
	emission: Emission,
): Change {
	const { files, notes, isDone } = emission;
	return {
		files,
		commands: isDone
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

/** What of the settings is not in force, as a clause; for a message. */
export function whatIsMissing(now: RegistryWorkload, asked: Settings): string {
	const effective = settingsOf(now);
	const { readOnly, redirectDisabled, storage } = asked;
	if (storage !== undefined && !isSameStorage(storage, effective.storage))
		return `its storage differs in ${differenceOf(storage, effective.storage)}`;
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

/** How a change comes into force: a sentence. */
export function howItComes({ folder, timeoutMs }: EmitOptions): string {
	return `Commit what is in ${folder}, and let it come into force (Argo CD, Flux, a pipeline): it is waited for, ${Math.round(timeoutMs / 60_000)} minutes at most.`;
}

function differenceOf(asked: DriverSettings, now: DriverSettings): string {
	return asked.driver === now.driver
		? differingParameters(asked, now).join(", ")
		: `the driver (${now.driver})`;
}
